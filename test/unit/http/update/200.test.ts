import { describe, expect, it } from '@jest/globals'
import { bearer } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('PATCH /v1/endpoints/{id}', () => {
  it('200 shows and changes settings, and merges requestConfig', async () => {
    const { patch, send, token, base } = await ownEndpoint()
    await patch({ requestConfig: { timeoutMs: 2000, headers: { a: 'b' } } })
    const change = { name: 'new', status: 'paused', requestConfig: { timeoutMs: 3000 } }
    const changed = await patch(change)
    const expected = { name: 'new', description: 'orders', status: 'paused' }
    expect(changed).toMatchObject({ status: 200, json: expected })
    const shown = await send('GET', base, bearer(token))
    expect(shown.json).toEqual(changed.json)
    expect(shown.json).toMatchObject({ requestConfig: { timeoutMs: 3000, headers: { a: 'b' } } })
  })

  it('200 for a body whose members only look like twice the same', async () => {
    const { patch } = await ownEndpoint()
    const headers = { a: 'name', b: '"a":', name: 'x' }
    expect((await patch({ name: 'name', description: '{"name": 1}', requestConfig: { headers } })).status).toBe(200)
  })

  it('200 for a change of consumers, whose policy is pending until the sweep', async () => {
    const { patch, send, token, base } = await ownEndpoint({ mirrorReaders: ['111111111111'] })
    expect((await patch({ consumers: ['111111111111'] })).status).toBe(200)
    expect((await send('GET', `${base}/secret`, bearer(token))).json).toMatchObject({
      mirror: { state: 'current' },
      policy: { state: 'pending', error: null },
    })
  })
})
