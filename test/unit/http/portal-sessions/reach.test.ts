import { describe, expect, it } from '@jest/globals'
import { neededPermissions, type Operation } from '../../../../src/contracts/contract'
import { type Use, usesOfDeliver } from '../../../../src/contracts/dimensions'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { bearer, NOON, sessionToken, textAt } from '../harness'
import { portalBed } from '../portal-bed'

const all = { scopes: ['read', 'rotate', 'write', 'test'] }
const justNow = NOON.toISOString()

/** A tenant with two endpoints, and a session with these rights. */
async function bed(changes: object = {}) {
  const made = await portalBed()
  const [{ endpoint: one }, { endpoint: two }] = [
    await made.endpoint(keyturn, 'acme'),
    await made.endpoint(keyturn, 'acme'),
  ]
  const { id, headers } = await made.open({ ...all, ...changes })
  const ask = (method: string, path: string, body?: object, more: Record<string, string> = {}) =>
    made.send(method, path, { headers: { ...headers, ...more }, ...(body && { body: JSON.stringify(body) }) })
  return { ...made, one, two, ask, sessionId: id }
}

describe('a portal session for some endpoints', () => {
  it('404 for every other one of its tenant, with the same bytes as for one that is not there', async () => {
    const { ask, open, send, one, two } = await bed()
    const { headers } = await open({ ...all, endpointIds: [one.id], authenticatedAt: justNow })
    const paths: readonly (readonly [string, string])[] = [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/secret'],
      ['POST', '/secret/rotate'],
      ['POST', '/secret/promote'],
      ['POST', '/secret/abandon'],
      ['POST', '/secret/roll-back'],
      ['POST', '/secret/revoke-previous'],
      ['POST', '/deliveries/recover'],
      ['GET', '/rotations'],
      ['GET', '/audit'],
      ['GET', '/attempts'],
      ['GET', '/deliveries'],
      ['GET', '/health'],
    ]
    for (const [method, path] of paths) {
      const init = { headers, ...(method === 'GET' ? {} : { body: '{}' }) }
      const other = await send(method, `/v1/endpoints/${two.id}${path}`, init)
      const missing = await send(method, `/v1/endpoints/ep_${'0'.repeat(24)}${path}`, init)
      expect([method, path, other.status, other.text]).toEqual([method, path, 404, missing.text])
    }
    expect((await send('GET', `/v1/endpoints/${one.id}`, { headers })).status).toBe(200)
    expect((await ask('GET', `/v1/endpoints/${two.id}`)).status).toBe(200)
  })

  it('200 lists them alone, in the list and in the audit, also by pages', async () => {
    const { open, send, ask, one, two } = await bed()
    for (const { id } of [one, two]) await ask('PATCH', `/v1/endpoints/${id}`, { name: 'another' })
    const { headers } = await open({ scopes: ['read'], endpointIds: [two.id, `ep_${'0'.repeat(24)}`] })
    const { json } = await send('GET', '/v1/endpoints', { headers })
    expect(Object(json).data.map(({ id }: { id: string }) => id)).toEqual([two.id])
    const page = await send('GET', '/v1/endpoints?limit=1', { headers })
    const next = await send('GET', `/v1/endpoints?limit=1&cursor=${Object(page.json).nextCursor}`, { headers })
    expect([...Object(page.json).data, ...Object(next.json).data]).toHaveLength(1)
    const audit = await send('GET', '/v1/audit', { headers })
    const ids = Object(audit.json).data.map(({ endpointId }: { endpointId: string }) => endpointId)
    expect(new Set(ids)).toEqual(new Set([two.id]))
  })

  it('403 for a new one', async () => {
    const { open, send, one } = await bed()
    const { headers } = await open({ ...all, endpointIds: [one.id] })
    const body = JSON.stringify({ url: 'https://receiver.example/' })
    expect((await send('POST', '/v1/endpoints', { headers, body })).status).toBe(403)
  })

  it('404 at another tenant, whatever the request names', async () => {
    const { ask, endpoint } = await bed()
    const { endpoint: foreign } = await endpoint(keyturn, 'zenith')
    expect((await ask('GET', `/v1/endpoints/${foreign.id}`)).status).toBe(404)
    expect((await ask('GET', `/v1/endpoints/${foreign.id}`, undefined, { 'Keyturn-Tenant': 'zenith' })).status).toBe(
      404,
    )
  })
})

describe('what a portal session may say', () => {
  it.each([
    ['POST', '/secret/rotate', { secret: `whsec_${'A'.repeat(43)}=` }],
    ['PATCH', '', { consumers: ['111122223333'] }],
    ['PATCH', '', { mirror: 'off' }],
    ['PATCH', '', { requestConfig: { headers: { Authorization: 'x' } } }],
  ])('403 for %s %s with %j', async (method, path, body) => {
    const { ask, one } = await bed()
    const reply = await ask(method, `/v1/endpoints/${one.id}${path}`, body)
    expect(reply).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
    expect(reply.text).toContain(Object.keys(body)[0])
  })

  it('403 for an endpoint that is imported, and for one with a consumer; 201 for a plain one', async () => {
    const { ask } = await bed()
    const plain = { url: 'https://receiver.example/', eventTypes: ['order.created'] }
    expect((await ask('POST', '/v1/endpoints', { ...plain, id: `ep_${'1'.repeat(24)}` })).status).toBe(403)
    expect((await ask('POST', '/v1/endpoints', { ...plain, consumers: ['111122223333'] })).status).toBe(403)
    expect((await ask('POST', '/v1/endpoints', plain)).status).toBe(201)
  })

  it.each([
    ['read', 'POST', '/v1/endpoints/{id}/secret/rotate'],
    ['read', 'PATCH', '/v1/endpoints/{id}'],
    ['rotate', 'PATCH', '/v1/endpoints/{id}'],
    ['write', 'POST', '/v1/endpoints/{id}/secret/rotate'],
    ['write', 'POST', '/v1/endpoints'],
    ['write', 'DELETE', '/v1/endpoints/{id}'],
    ['test', 'GET', '/v1/endpoints'],
    ['write', 'POST', '/v1/events'],
    ['read', 'GET', '/v1/api-keys'],
  ])('403 with the scope %s for %s %s', async (scope, method, path) => {
    const { open, send, one } = await bed()
    const { headers } = await open({ scopes: [scope], authenticatedAt: justNow })
    const init = { headers, ...(method === 'GET' ? {} : { body: '{}' }) }
    expect((await send(method, path.replace('{id}', one.id), init)).status).toBe(403)
  })
})

describe('what the API key of a portal session may do', () => {
  const operations: readonly Operation[] = keyturn.operations
  const ofDeliver: readonly Use[] = usesOfDeliver
  const needed = operations.flatMap(({ method, path, use, access }) => {
    // `test` and `probe` are served with the deliveries.
    if (access === undefined || access === 'anyone' || access.portal === undefined || ofDeliver.includes(use)) return []
    return neededPermissions(access.apiKey ?? {}).map(permission => [method, path, permission] as const)
  })

  it.each(needed)('403 for %s %s once the key has lost %s, whatever the scopes', async (method, path, permission) => {
    const { open, send, tables, one } = await bed()
    const { id, headers } = await open({ ...all, authenticatedAt: justNow })
    const [maker] = tables.keys.apiKeys.values()
    if (maker === undefined) throw new Error('no key')
    const permissions = maker.permissions.filter(each => each !== permission)
    tables.keys.apiKeys.set(maker.sha256, { ...maker, permissions })
    const init = { headers, ...(method === 'GET' ? {} : { body: '{}' }) }
    const reply = await send(method, path.replace('{id}', path.includes('portal-sessions') ? id : one.id), init)
    expect(reply).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
  })
})

describe('what needs a recent sign-in', () => {
  const steps: readonly (readonly [string, string, object | undefined])[] = [
    ['POST', '/secret/rotate', { overlapSeconds: 0 }],
    ['POST', '/secret/revoke-previous', {}],
    ['DELETE', '', undefined],
  ]

  it.each(steps)('403 without one, or with an old one, for %s %s %j', async (method, path, body) => {
    const { ask, open, send, later, one } = await bed()
    const refused = await ask(method, `/v1/endpoints/${one.id}${path}`, body)
    expect(refused).toMatchObject({ status: 403, json: { code: 'recent-sign-in-required' } })
    const { headers } = await open({ ...all, authenticatedAt: justNow })
    later(301)
    const init = { headers, ...(body && { body: JSON.stringify(body) }) }
    expect((await send(method, `/v1/endpoints/${one.id}${path}`, init)).status).toBe(403)
    later(300)
    expect((await send(method, `/v1/endpoints/${one.id}${path}`, init)).status).toBeLessThan(300)
  })

  it('403 for a key that signs at once where a header has one signature; publishing needs none', async () => {
    const { ask, endpoint } = await bed()
    const { endpoint: single } = await endpoint(storno, 'acme')
    const refused = await ask('POST', `/v1/endpoints/${single.id}/secret/rotate`, {})
    expect(refused).toMatchObject({ status: 403, json: { code: 'recent-sign-in-required' } })
    expect((await ask('POST', `/v1/endpoints/${single.id}/secret/rotate`, { signing: 'manual' })).status).toBe(200)
  })

  it('200 for a repeat of what was done while the sign-in was recent: its secret is not lost', async () => {
    const { open, send, later, one } = await bed()
    const { headers } = await open({ ...all, authenticatedAt: justNow })
    const rotate = () =>
      send('POST', `/v1/endpoints/${one.id}/secret/rotate`, {
        headers: { ...headers, 'Idempotency-Key': 'once' },
        body: JSON.stringify({ overlapSeconds: 0 }),
      })
    const first = await rotate()
    later(400)
    const again = await rotate()
    expect([again.status, textAt(again, 'signingSecret')]).toEqual([200, textAt(first, 'signingSecret')])
  })

  it('a dashboard session whose token says when it began is held to it, and one that does not is as before', async () => {
    const { send, one } = await bed()
    const token = (more: object) => bearer(sessionToken({ id: 'ann', role: 'admin', tenantIds: ['acme'], ...more }))
    const revoke = (more: object) => send('POST', `/v1/endpoints/${one.id}/secret/revoke-previous`, token(more))
    expect((await revoke({})).status).toBe(200)
    expect((await revoke({ authenticatedAt: new Date(NOON.getTime() - 301_000) })).status).toBe(403)
    expect((await revoke({ authenticatedAt: NOON })).status).toBe(200)
  })
})

describe('a rotation by a portal session', () => {
  it('is told with the person, the API key that let them in, and the session', async () => {
    const { ask, one, tables, sessionId } = await bed()
    await ask('POST', `/v1/endpoints/${one.id}/secret/rotate`, { reason: 'leaked' })
    const [maker] = tables.keys.apiKeys.values()
    const actor = { kind: 'portal', id: 'user-7', via: maker?.id, sessionId }
    const { json } = await ask('GET', `/v1/endpoints/${one.id}/audit`)
    expect(Object(json).data[0]).toMatchObject({ kind: 'rotate', actor, reason: 'leaked' })
    expect(JSON.stringify(tables.published)).toContain(sessionId)
  })

  it('200 again for the same person in a later session, and for nobody else', async () => {
    const { open, send, one } = await bed()
    const rotate = async (session: object) => {
      const { headers } = await open({ ...all, ...session })
      const init = { headers: { ...headers, 'Idempotency-Key': 'once' }, body: '{}' }
      return send('POST', `/v1/endpoints/${one.id}/secret/rotate`, init)
    }
    const [first, again, other] = [await rotate({}), await rotate({}), await rotate({ subject: 'user-8' })]
    expect(textAt(again, 'signingSecret')).toBe(textAt(first, 'signingSecret'))
    expect(textAt(other, 'signingSecret')).not.toBe(textAt(first, 'signingSecret'))
  })
})
