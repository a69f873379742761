import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, jsonBody, sessionToken } from '../harness'
import { asked, platform } from '../platform'

const routes: readonly (readonly [string, string])[] = [
  ['POST', '/v1/api-keys'],
  ['GET', '/v1/api-keys'],
  ['DELETE', '/v1/api-keys/key_00000000000000000000'],
  ['DELETE', '/v1/tenants/acme/credentials'],
]

const denied = { status: 403, json: { code: 'permission-denied' } }

describe('every route of API keys', () => {
  it.each(routes)('403 for sessions, whatever their role and tenants: %s %s', async (method, path) => {
    const { send } = await platform()
    for (const role of ['admin', 'member'] as const) {
      const session = sessionToken({ id: 'ann', role, tenantIds: ['acme'] })
      expect(await send(method, path, { ...bearer(session) })).toMatchObject(denied)
    }
  })

  it.each(routes)(
    '403 for a key of a tenant, and for one for all tenants without keys:write: %s %s',
    async (...route) => {
      const { send, apiKey } = await platform()
      const own = await apiKey(keyturn, 'acme')
      const platforms = await apiKey(keyturn, '', {
        tenantIds: 'all',
        permissions: ['endpoints:read', 'endpoints:write'],
      })
      for (const token of [own, platforms]) expect(await send(...route, bearer(token))).toMatchObject(denied)
      const named = { 'Keyturn-Tenant': 'acme' }
      expect(await send(...route, bearer(own, named))).toMatchObject(denied)
    },
  )

  it.each(routes)(
    '403 for a stored key of named tenants that has keys:write, which nobody makes: %s %s',
    async (...route) => {
      const { send, apiKey, tables } = await platform()
      const token = await apiKey(keyturn, 'acme')
      for (const [sha256, stored] of tables.keys.apiKeys) {
        tables.keys.apiKeys.set(sha256, { ...stored, permissions: ['keys:write'], allTenants: false })
      }
      const refused = await send(...route, bearer(token))
      expect(refused).toMatchObject({ status: 403, json: { detail: 'An API key for all tenants is required.' } })
    },
  )
})

describe('POST /v1/api-keys', () => {
  it('403 for a permission that the maker lacks itself, naming it, and no API key is made', async () => {
    const { create, tables } = await platform({ permissions: ['keys:write', 'endpoints:read'] })
    expect(await create({ permissions: ['endpoints:read', 'endpoints:rotate'] })).toMatchObject({
      status: 403,
      json: { code: 'permission-denied', detail: expect.stringContaining('endpoints:rotate') },
    })
    expect(tables.keys.apiKeys.size).toBe(1)
    expect((await create({ permissions: ['endpoints:read'] })).status).toBe(201)
  })

  it('403 for a key that it has made: making is not passed on', async () => {
    const { create, send } = await platform()
    const { apiKey } = Object((await create()).json)
    expect(await send('POST', '/v1/api-keys', jsonBody(apiKey, asked))).toMatchObject(denied)
  })
})
