import { describe, expect, it } from '@jest/globals'
import { bearer, faultsOf, invalid, jsonBody, textAt } from '../harness'
import { ownEndpoint, url } from '../own-endpoint'
import { privateUrlRefusal, privateUrls } from '../private-hosts'

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
})
