import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid, jsonBody, type Reply, textAt } from '../harness'
import { ownEndpoint, url } from '../own-endpoint'
import { ambiguousUrls, privateUrlRefusal, privateUrls } from '../private-hosts'

describe('PATCH /v1/endpoints/{id}', () => {
  it('400 for settings that cannot be changed or are out of range', async () => {
    const { patch } = await ownEndpoint()
    expect(faultsOf(await patch({ id: 'ep_x', contract: 'storno', secret: 'x', version: 1 }))).toEqual(
      invalid('id', 'contract', 'secret', 'version'),
    )
    expect(faultsOf(await patch({ url: null, requestConfig: { retries: 1 } }))).toEqual(
      invalid('url', 'requestConfig.retries'),
    )
  })

  it('400 for unknown members whose names are cut without halving a character', async () => {
    const { patch } = await ownEndpoint()
    const replies = [
      await patch({ [`${'x'.repeat(199)}\u{1f600}\u{1f600}`]: 1 }),
      await patch({ [`\ud83d${'x'.repeat(300)}`]: 1 }),
      await patch({ consumers: [`${'x'.repeat(199)}\u{1f600}\u{1f600}`] }),
    ]
    for (const { status, text } of replies) {
      expect(status).toBe(400)
      expect(text).not.toMatch(/\\+ud[89a-f]|\p{Surrogate}/iu)
    }
    expect(faultsOf(replies[0] as Reply)).toEqual(invalid(`${'x'.repeat(199)}\u{1f600}`))
  })

  it('400 for a body that names a member twice, at any depth', async () => {
    const { send, token, base } = await ownEndpoint()
    const deep = '{"requestConfig": {"headers": {"a": "1", "a": "2"}}}'
    expect(faultsOf(await send('PATCH', base, { ...bearer(token), body: deep }))).toEqual(
      invalid('requestConfig.headers.a'),
    )
    const listed = '{"name": "x", "eventTypes": ["a,b", [], {"c": [1, 2], "d": 1, "d": 2}]}'
    expect(faultsOf(await send('PATCH', base, { ...bearer(token), body: listed }))).toEqual(invalid('eventTypes.2.d'))
  })

  it.each(privateUrls)('400 for %s, which is private, where the contract asks for a public one', async target => {
    const { create, send, token } = await ownEndpoint({}, 'user:alice')
    const path = `/v1/endpoints/${textAt(await create({ url, contract: 'teambattles' }), 'endpoint.id')}`
    expect(await send('PATCH', path, jsonBody(token, { url: target }))).toMatchObject(privateUrlRefusal)
  })

  it.each(ambiguousUrls)('400 for %s, whose host depends on who reads it', async target => {
    const { patch } = await ownEndpoint()
    expect(faultsOf(await patch({ url: target }))).toEqual(invalid('url'))
  })
})
