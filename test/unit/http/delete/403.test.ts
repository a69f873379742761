import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, jsonBody, tenant } from '../harness'
import { ownEndpoint, url } from '../own-endpoint'

it('403 for deleting and creating again without endpoints:rotate, which would reveal a new secret', async () => {
  const { send, apiKey, base, id, token } = await ownEndpoint()
  for (const permissions of [
    ['endpoints:read', 'endpoints:write'],
    ['endpoints:read', 'endpoints:rotate'],
  ]) {
    const half = await apiKey(keyturn, tenant, { permissions })
    const refused = { status: 403, json: { code: 'permission-denied' } }
    expect(await send('DELETE', base, bearer(half))).toMatchObject(refused)
    expect(await send('POST', '/v1/endpoints', jsonBody(half, { url, id }))).toMatchObject(refused)
    expect(await send('POST', '/v1/endpoints', jsonBody(half, { url }))).toMatchObject(refused)
  }
  expect((await send('GET', base, bearer(token))).status).toBe(200)
})
