import { describe, expect, it } from '@jest/globals'
import { bearer } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('PATCH /v1/endpoints/{id}', () => {
  it('200 shows and changes settings, and merges requestConfig', async () => {
    const { patch, send, key, base } = await ownEndpoint()
    await patch({ requestConfig: { timeoutMs: 2000, headers: { a: 'b' } } })
    const change = { name: 'new', status: 'paused', requestConfig: { timeoutMs: 3000 } }
    const changed = await patch(change)
    const expected = { name: 'new', description: 'orders', status: 'paused' }
    expect(changed).toMatchObject({ status: 200, json: expected })
    const shown = await send('GET', base, bearer(key))
    expect(shown.json).toEqual(changed.json)
    expect(shown.json).toMatchObject({ requestConfig: { timeoutMs: 3000, headers: { a: 'b' } } })
  })

  it('200 for a body whose members only look like twice the same', async () => {
    const { patch } = await ownEndpoint()
    const headers = { a: 'name', b: '"a":', name: 'x' }
    expect((await patch({ name: 'name', description: '{"name": 1}', requestConfig: { headers } })).status).toBe(200)
  })

  it('200 for a change of consumers, whose policy is pending until the sweep', async () => {
    const { patch, send, key, base } = await ownEndpoint({ mirrorReaders: ['111111111111'] })
    expect((await patch({ consumers: ['111111111111'] })).status).toBe(200)
    expect((await send('GET', `${base}/secret`, bearer(key))).json).toMatchObject({
      mirror: { state: 'current' },
      policy: { state: 'pending', error: null },
    })
  })

  it.each([
    'HTTPS://Receiver.Example',
    'https://receiver.example:8443/a?b=@c#d',
    'https://receiver.example?next=https://b.example/',
    'https://a_b.example:/x//y/../z',
    'https://xn--bcher-kva.example/%7Ehook',
    'https://8.8.8.8/',
    'https://[2606:4700:0:0:0:0:0:1111]:443/',
    'https://[2606:4700::1111]',
  ])('200 for %s, kept as it was given', async target => {
    const { patch } = await ownEndpoint()
    expect(await patch({ url: target })).toMatchObject({ status: 200, json: { url: target } })
  })
})
