import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { bearer, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('a body above 64 KiB', () => {
  const body = ' '.repeat(64 * 1024 + 1)

  it.each(['/secret/rotate', '/secret/revoke-previous'])('413 for POST …%s', async path => {
    const { send, token, base } = await ownEndpoint()
    const reply = await send('POST', base + path, { ...bearer(token), body })
    expect(reply).toMatchObject({ status: 413, json: { code: 'payload-too-large' } })
  })

  it('413 where a body is ignored, too', async () => {
    const { send, token, base, apiKey, endpoint } = await ownEndpoint()
    expect((await send('DELETE', base, { ...bearer(token), body })).status).toBe(413)
    const { id } = (await endpoint(storno, tenant)).endpoint
    const headers = bearer(await apiKey(storno, tenant), { 'X-Company': tenant })
    const path = `/api/v1/webhooks/${id}/regenerate-secret`
    expect((await send('POST', path, { ...headers, body })).status).toBe(413)
    expect((await send('POST', path, { ...headers, body: '{{{' })).status).toBe(200)
  })
})
