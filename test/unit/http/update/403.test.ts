import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, jsonBody, sessionToken, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('PATCH /v1/endpoints/{id} without endpoints:rotate', () => {
  it.each([{ consumers: ['111111111111'] }, { consumers: [] }, { mirror: 'off' }, { name: 'new', mirror: 'no word' }])(
    '403 for %j, which says who may read the secret',
    async body => {
      const { send, apiKey, base } = await ownEndpoint()
      const key = await apiKey(keyturn, tenant, { permissions: ['endpoints:read', 'endpoints:write'] })
      const before = await send('GET', base, bearer(key))
      expect(await send('PATCH', base, jsonBody(key, body))).toMatchObject({
        status: 403,
        json: { code: 'permission-denied', detail: expect.stringContaining('endpoints:rotate') },
      })
      expect((await send('GET', base, bearer(key))).json).toEqual(before.json)
      expect((await send('PATCH', base, jsonBody(key, { name: 'new', url: 'https://a.example/' }))).status).toBe(200)
    },
  )

  it('403 for none of it in a session of an admin', async () => {
    const { send, base } = await ownEndpoint()
    const session = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant] })
    expect((await send('PATCH', base, jsonBody(session, { mirror: 'off', consumers: [] }))).status).toBe(200)
  })
})
