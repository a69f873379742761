import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, faultsOf, invalid, jsonBody, NOON, textAt } from '../harness'
import { asked, platform } from '../platform'

describe('POST /v1/api-keys', () => {
  it('201 with the API key, this once, and what it is', async () => {
    const { create, makerId, tables } = await platform()
    const { status, json, headers } = await create()
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store'])
    expect(json).toEqual({
      apiKey: expect.stringMatching(/^kt_[\w-]{43}$/),
      id: expect.stringMatching(/^key_[0-9a-z]{20}$/),
      ...asked,
      contract: 'keyturn',
      state: 'active',
      createdAt: NOON.toISOString(),
      createdBy: { kind: 'api-key', id: makerId },
      revokedAt: null,
      lastUsedAt: null,
    })
    const stored = JSON.stringify([...tables.keys.apiKeys.values(), tables.keys.records, tables.published])
    expect(stored).toContain('CI of acme')
    expect(stored).not.toContain(String(Object(json).apiKey).slice(3))
  })

  it('201 for a key that works at once for its tenants, and for no other', async () => {
    const { create, send, endpoint } = await platform()
    const { endpoint: own } = await endpoint(keyturn, 'acme')
    const { endpoint: foreign } = await endpoint(keyturn, 'zenith')
    const token = textAt(await create(), 'apiKey')
    const rotate = (id: string, more = {}) =>
      send('POST', `/v1/endpoints/${id}/secret/rotate`, jsonBody(token, {}, more))
    expect((await rotate(own.id)).status).toBe(200)
    expect((await rotate(foreign.id)).status).toBe(404)
    expect((await rotate(foreign.id, { 'Keyturn-Tenant': 'zenith' })).status).toBe(404)
    expect((await send('DELETE', `/v1/endpoints/${own.id}`, bearer(token))).status).toBe(403)
  })

  it('201 for a name of 200 characters, each of which may take two of JavaScript’s, and 400 for 201', async () => {
    const { create } = await platform()
    expect(await create({ name: '😀'.repeat(200) })).toMatchObject({ status: 201, json: { name: '😀'.repeat(200) } })
    expect(faultsOf(await create({ name: '😀'.repeat(201) }))).toEqual(invalid('name'))
  })

  it('201 again for a repeat, with another key: nothing is replayed', async () => {
    const { token, send } = await platform()
    const more = { 'Idempotency-Key': 'once' }
    const replies = [
      await send('POST', '/v1/api-keys', jsonBody(token, asked, more)),
      await send('POST', '/v1/api-keys', jsonBody(token, asked, more)),
    ]
    expect(replies.map(({ status }) => status)).toEqual([201, 201])
    expect(new Set(replies.map(reply => textAt(reply, 'apiKey'))).size).toBe(2)
    expect(replies.map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, null])
  })

  it('201 until the maker itself expires, or for a year where it never does', async () => {
    const bounded = await platform({ expiresAt: new Date('2030-01-01T00:00:00Z') })
    expect((await bounded.create({ expiresAt: '2030-01-01T00:00:00Z' })).status).toBe(201)
    const { create } = await platform()
    expect((await create({ expiresAt: '2027-11-22T12:00:00Z' })).status).toBe(201)
  })

  it('201 is recorded for each tenant, and told on the bus, with who did it', async () => {
    const { create, makerId, tables } = await platform()
    const apiKeyId = textAt(await create({ tenantIds: ['acme', 'zenith'] }), 'id')
    const actor = { kind: 'api-key', id: makerId }
    const both = ['acme', 'zenith']
    expect(tables.keys.records).toMatchObject(
      both.map(tenantId => ({ kind: 'create-api-key', tenantId, apiKeyId, actor, at: NOON })),
    )
    expect(tables.published.ofApiKeys).toEqual(
      both.map(tenantId => ({
        type: 'api-key.created',
        id: `${apiKeyId}-created-${tenantId}`,
        tenantId,
        apiKeyId,
        contract: 'keyturn',
        permissions: asked.permissions,
        expiresAt: new Date(asked.expiresAt),
        at: NOON,
        actor,
        reason: null,
      })),
    )
  })

  it('201 for a key that stays when its maker is revoked, and is listed with it', async () => {
    const { create, send, apiKeys, makerId, token, apiKey } = await platform()
    const made = textAt(await create(), 'apiKey')
    await apiKeys.revoke(makerId, { at: NOON, by: { kind: 'operator', id: 'test' } })
    expect((await send('GET', '/v1/api-keys', bearer(token))).status).toBe(401)
    expect((await send('GET', '/v1/endpoints', bearer(made))).status).toBe(200)
    const other = await apiKey(keyturn, '', { tenantIds: 'all' })
    const { json } = await send('GET', '/v1/api-keys', bearer(other))
    expect(json).toMatchObject({ data: [{ createdBy: { kind: 'api-key', id: makerId }, state: 'active' }] })
  })
})
