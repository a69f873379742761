import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('GET /v1/audit', () => {
  it('403 for an API key that may not read endpoints', async () => {
    const { send, apiKey } = await ownEndpoint()
    const key = await apiKey(keyturn, tenant, { permissions: ['endpoints:write', 'endpoints:rotate', 'events:write'] })
    expect(await send('GET', '/v1/audit', bearer(key))).toMatchObject({
      status: 403,
      json: { code: 'permission-denied' },
    })
  })

  it('401 without a credential', async () => {
    const { send } = await ownEndpoint()
    expect((await send('GET', '/v1/audit')).status).toBe(401)
  })

  it('405 for another method, with the one that there is', async () => {
    const { send, token } = await ownEndpoint()
    const reply = await send('DELETE', '/v1/audit', bearer(token))
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET'])
  })
})
