import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { apiKeyUses } from '../../../../src/http/uses/api-keys'
import { bearer, requestsTo, textAt } from '../harness'
import { asked, platform } from '../platform'

describe('DELETE /v1/tenants/{id}/credentials', () => {
  it('200 once every API key of the tenant alone has ended, with those that name others too', async () => {
    const { create, send, token, apiKey } = await platform()
    const one = Object((await create()).json)
    const other = Object((await create({ name: 'other' })).json)
    const shared = Object((await create({ name: 'shared', tenantIds: ['acme', 'zenith'] })).json)
    const foreign = Object((await create({ name: 'foreign', tenantIds: ['zenith'] })).json)
    const operators = await apiKey(keyturn, 'acme')
    const reply = await send('DELETE', '/v1/tenants/acme/credentials', bearer(token))
    expect(reply.status).toBe(200)
    const { endedApiKeyIds, leftApiKeys } = Object(reply.json)
    expect(endedApiKeyIds).toHaveLength(3)
    expect(endedApiKeyIds).toEqual(expect.arrayContaining([one.id, other.id]))
    const { id, name, contract, tenantIds } = shared
    expect(leftApiKeys).toEqual([{ id, name, contract, tenantIds }])
    const statusOf = async (key: string) => {
      return (await send('GET', '/v1/endpoints', bearer(key, { 'Keyturn-Tenant': 'zenith' }))).status
    }
    expect(await Promise.all([one.apiKey, other.apiKey, operators].map(statusOf))).toEqual([401, 401, 401])
    expect(await Promise.all([shared.apiKey, foreign.apiKey].map(statusOf))).toEqual([200, 200])
  })

  it('200 with nothing to end for a tenant without API keys, and for a repeat', async () => {
    const { create, send, token } = await platform()
    const nothing = { status: 200, json: { endedApiKeyIds: [], leftApiKeys: [] } }
    expect(await send('DELETE', '/v1/tenants/nobody/credentials', bearer(token))).toMatchObject(nothing)
    await create()
    await send('DELETE', '/v1/tenants/acme/credentials', bearer(token))
    expect(await send('DELETE', '/v1/tenants/acme/credentials', bearer(token))).toMatchObject(nothing)
  })

  it('200 leaves out what has ended or expired among those of several tenants', async () => {
    const { create, send, token, later } = await platform()
    const several = { tenantIds: ['acme', 'zenith'] }
    const ended = textAt(await create(several), 'id')
    await create({ ...several, expiresAt: '2026-11-21T12:00:10Z' })
    await send('DELETE', `/v1/api-keys/${ended}`, bearer(token))
    later(10)
    const { json } = await send('DELETE', '/v1/tenants/acme/credentials', bearer(token))
    expect(json).toEqual({ endedApiKeyIds: [], leftApiKeys: [] })
  })

  it('200 ends more than a page of them', async () => {
    const { create, send, token } = await platform()
    for (let n = 0; n < 101; n += 1) await create()
    const { json } = await send('DELETE', '/v1/tenants/acme/credentials', bearer(token))
    expect(Object(json).endedApiKeyIds).toHaveLength(101)
  })

  it('503 where nobody can be told of it, though all have ended; a repeat tells them', async () => {
    const { create, send, appWith, deps, apiKeys, portalSessions, tables, token } = await platform()
    const ids = [textAt(await create(), 'id'), textAt(await create(), 'id')]
    const events = { publish: () => Promise.reject(new Error('the bus takes nothing')) }
    const sendUntold = requestsTo(appWith({ uses: apiKeyUses({ ...deps, apiKeys, portalSessions, events }) }))
    const untold = await sendUntold('DELETE', '/v1/tenants/acme/credentials', bearer(token))
    expect(untold).toMatchObject({ status: 503, json: { code: 'unavailable' } })
    const stored = [...tables.keys.apiKeys.values()].filter(({ name }) => name === asked.name)
    expect(stored.map(({ revokedAt }) => revokedAt)).toEqual([deps.now(), deps.now()])
    const again = await send('DELETE', '/v1/tenants/acme/credentials', bearer(token))
    expect(again.json).toEqual({ endedApiKeyIds: [], leftApiKeys: [] })
    const told = tables.published.ofApiKeys.filter(({ type }) => type === 'api-key.revoked')
    expect(told.map(({ apiKeyId }) => apiKeyId).toSorted()).toEqual(ids.toSorted())
  })
})
