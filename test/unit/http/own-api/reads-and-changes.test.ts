import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { teambattles } from '../../../../src/contracts/teambattles'
import { bearer, NOON, sessionToken, textAt } from '../harness'
import { faultsOf, invalid, setup, tenant } from './setup'

describe('the rest of the own API', () => {
  it('200 shows and changes settings, and merges requestConfig', async () => {
    const { patch, send, key, base } = await setup()
    await patch({ requestConfig: { timeoutMs: 2000, headers: { a: 'b' } } })
    const change = { name: 'new', status: 'paused', requestConfig: { timeoutMs: 3000 } }
    const changed = await patch(change)
    const expected = { name: 'new', description: 'orders', status: 'paused' }
    expect(changed).toMatchObject({ status: 200, json: expected })
    const shown = await send('GET', base, bearer(key))
    expect(shown.json).toEqual(changed.json)
    expect(shown.json).toMatchObject({ requestConfig: { timeoutMs: 3000, headers: { a: 'b' } } })
  })

  it('400 for settings that cannot be changed or are out of range', async () => {
    const { patch } = await setup()
    expect(faultsOf(await patch({ id: 'ep_x', contract: 'storno', secret: 'x', version: 1 }))).toEqual(
      invalid('id', 'contract', 'secret', 'version'),
    )
    expect(faultsOf(await patch({ url: null, requestConfig: { retries: 1 } }))).toEqual(
      invalid('url', 'requestConfig.retries'),
    )
  })

  it('204 deletes, and 404 from then on, with the bytes of an endpoint that never was', async () => {
    const { send, key, base } = await setup()
    expect(await send('DELETE', base, bearer(key))).toMatchObject({ status: 204, text: '' })
    const gone = await send('GET', base, bearer(key))
    const never = await send('GET', '/v1/endpoints/ep_never', bearer(key))
    expect(gone.status).toBe(404)
    expect(gone.text).toBe(never.text)
  })

  it('200 shows the secret’s state: live keys only, no secret, the mirror by name', async () => {
    const { rotate, send, key, base, id, clock } = await setup()
    await rotate({ overlapSeconds: 10 })
    const latest = await rotate({ overlapSeconds: 60 })
    const before = await send('GET', `${base}/secret`, bearer(key))
    expect(before.json).toEqual({
      version: 3,
      hint: textAt(latest, 'signingSecret').slice(-4),
      keys: [
        { id: textAt(latest, 'keyId'), createdAt: '2026-11-21T12:00:00.002Z', expiresAt: null },
        { id: expect.any(String), createdAt: '2026-11-21T12:00:00.001Z', expiresAt: '2026-11-21T12:01:00.002Z' },
        { id: expect.any(String), createdAt: '2026-11-21T12:00:00.000Z', expiresAt: '2026-11-21T12:00:10.001Z' },
      ],
      mirror: { state: 'current', name: `keyturn/test/${tenant}/${id}`, error: null },
    })
    clock.now = new Date('2026-11-21T12:00:10.001Z')
    expect(Object(await send('GET', `${base}/secret`, bearer(key))).json.keys).toHaveLength(2)
  })

  it('200 revokes the keys before, and nothing twice', async () => {
    const { rotate, send, key, base } = await setup()
    await rotate({})
    const path = `${base}/secret/revoke-previous`
    const revoked = await send('POST', path, bearer(key))
    expect(revoked.json).toEqual({ version: 2, revokedKeyIds: [expect.any(String)] })
    expect((await send('POST', path, bearer(key))).json).toEqual({ version: 2, revokedKeyIds: [] })
  })

  it('400 for a revoke-previous with a body that is no JSON, no object, or has a field; nothing is revoked', async () => {
    const { rotate, send, key, base } = await setup()
    await rotate({})
    const path = `${base}/secret/revoke-previous`
    for (const [body, fault] of [
      ['garbage', 'body'],
      ['[]', 'body'],
      ['null', 'body'],
      ['{"foo": 1}', 'foo'],
      ['{"reason": "x"}', 'reason'],
    ] as const) {
      expect(faultsOf(await send('POST', path, { ...bearer(key), body }))).toEqual(invalid(fault))
    }
    const state = await send('GET', `${base}/secret`, bearer(key))
    expect(Object(state.json).keys).toHaveLength(2)
    expect(await send('POST', path, { ...bearer(key), body: '{}' })).toMatchObject({
      status: 200,
      json: { revokedKeyIds: [expect.any(String)] },
    })
  })

  it('200 lists rotations newest first, page by page', async () => {
    const { rotate, send, key, base } = await setup()
    await rotate({ reason: 'leaked', overlapSeconds: 60 })
    const first = await send('GET', `${base}/rotations?limit=1`, bearer(key))
    expect(first.json).toEqual({
      data: [
        {
          id: expect.any(String),
          keyId: expect.any(String),
          version: 2,
          at: '2026-11-21T12:00:00.001Z',
          actor: { kind: 'api-key', id: expect.stringMatching(/^key_/) },
          kind: 'rotate',
          reason: 'leaked',
          overlapSeconds: 60,
        },
      ],
      nextCursor: expect.any(String),
    })
    const second = await send('GET', `${base}/rotations?limit=1&cursor=${textAt(first, 'nextCursor')}`, bearer(key))
    expect(second).toMatchObject({ json: { data: [{ kind: 'create', version: 1 }], nextCursor: null } })
  })

  it('200 lists the tenant’s endpoints of every contract, and no other tenant’s', async () => {
    const { send, key, endpoint, id } = await setup()
    const other = (await endpoint(storno, tenant)).endpoint.id
    await endpoint(keyturn, 'somebody-else')
    const first = await send('GET', '/v1/endpoints?limit=1', bearer(key))
    const second = await send('GET', `/v1/endpoints?limit=1&cursor=${textAt(first, 'nextCursor')}`, bearer(key))
    const ids = [first, second].flatMap(page => Object(page.json).data.map((item: { id: string }) => item.id))
    expect(new Set(ids)).toEqual(new Set([id, other]))
    expect(ids).toHaveLength(2)
    expect(second).toMatchObject({ json: { nextCursor: null } })
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=1.5',
    'limit=',
    'limit=x',
    'limit=1&limit=2',
    'cursor=',
    'cursor=!!',
    'cursor=YWJj',
  ])('400 for ?%s', async query => {
    const { send, key, base } = await setup()
    const fault = invalid(query.slice(0, query.indexOf('=')))
    expect(faultsOf(await send('GET', `/v1/endpoints?${query}`, bearer(key)))).toEqual(fault)
    expect(faultsOf(await send('GET', `${base}/rotations?${query}`, bearer(key)))).toEqual(fault)
  })

  it.each([
    ['', ['', '#x', '~', 'a/b', 'a b', 'é', 'a\n', 'a'.repeat(129), 'a'.repeat(200)]],
    [
      'rotations',
      ['zzz', NOON.toISOString(), `${NOON.toISOString()}#`, `${NOON.toISOString()}#a#b`, '2026#chg_1', '~'],
    ],
    ['attempts', ['zzz', NOON.toISOString(), `${NOON.toISOString()}#`, `${NOON.toISOString()}#a#b`, '2026#att_1', '~']],
  ])('400 for a cursor of the list %j that no reply gave', async (list, places) => {
    const { send, key, base } = await setup()
    const path = list === '' ? '/v1/endpoints' : `${base}/${list}`
    for (const place of places) {
      const cursor = Buffer.from(`${list || 'endpoints'}:${place}`).toString('base64url')
      expect(faultsOf(await send('GET', `${path}?cursor=${cursor}`, bearer(key)))).toEqual(invalid('cursor'))
    }
  })

  it('400 for the cursor of another list', async () => {
    const { send, key, base, endpoint } = await setup()
    await endpoint(keyturn, tenant)
    const cursor = textAt(await send('GET', '/v1/endpoints?limit=1', bearer(key)), 'nextCursor')
    expect(faultsOf(await send('GET', `${base}/rotations?cursor=${cursor}`, bearer(key)))).toEqual(invalid('cursor'))
  })

  it('200 for health without a credential', async () => {
    const { send } = await setup()
    expect(await send('GET', '/health')).toMatchObject({ status: 200, json: { status: 'ok', version: '0.0.0' } })
  })

  it('a session with several tenants names one', async () => {
    const { send, base } = await setup()
    const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant, 'other'] })
    expect(faultsOf(await send('GET', base, bearer(admin)))).toEqual(invalid('Keyturn-Tenant'))
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': tenant }))).status).toBe(200)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'other' }))).status).toBe(404)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'third' }))).status).toBe(404)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'a#b' }))).status).toBe(400)
    expect((await send('GET', base, bearer(admin, { 'Keyturn-Tenant': 'x'.repeat(129) }))).status).toBe(400)
  })

  it('403 for a member who changes anything, and for a key without the permission', async () => {
    const { send, base, apiKey } = await setup()
    const member = bearer(sessionToken({ id: 'max', role: 'member', tenantIds: [tenant] }))
    const reader = bearer(await apiKey(keyturn, tenant, { permissions: ['endpoints:read'] }))
    for (const [method, path] of [
      ['POST', '/v1/endpoints'],
      ['PATCH', base],
      ['DELETE', base],
      ['POST', `${base}/secret/rotate`],
      ['POST', `${base}/secret/revoke-previous`],
    ] as const) {
      expect(await send(method, path, member)).toMatchObject({ status: 403, json: { code: 'role-required' } })
      expect(await send(method, path, reader)).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
    }
    for (const path of ['/v1/endpoints', base, `${base}/secret`, `${base}/rotations`]) {
      expect((await send('GET', path, member)).status).toBe(200)
      expect((await send('GET', path, reader)).status).toBe(200)
    }
  })

  it('reaches endpoints of other contracts, by their ids in any case', async () => {
    const { send, key, endpoint } = await setup()
    const { id } = (await endpoint(storno, tenant)).endpoint
    expect((await send('GET', `/v1/endpoints/${id.toUpperCase()}`, bearer(key))).status).toBe(200)
    const owner = await endpoint(teambattles, 'game:g1')
    expect((await send('GET', `/v1/endpoints/${owner.endpoint.id}`, bearer(key))).status).toBe(404)
  })
})
