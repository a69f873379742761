import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { addSeconds } from '../../../../src/core/instant'
import { settle } from '../../../../src/rotation/settle'
import { bearer, jsonBody, NOON, type Reply, sessionToken, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

const ann = { kind: 'session', id: 'ann' }
const session = sessionToken({ id: 'ann', role: 'admin', tenantIds: [tenant] })

/** A tenant whose two endpoints were changed, one a second, and one of which is gone. */
async function busyTenant() {
  const own = await ownEndpoint()
  const { deps, id, base, send, token, rotate, clock, endpoint } = own
  const sweep = async (endpointId: string): Promise<void> => {
    const stored = await deps.store.load({ tenantId: tenant, endpointId })
    if (stored === null) throw new Error('there is no such endpoint')
    await settle(deps, stored, { opened: new Map(), signal: new AbortController().signal })
  }
  clock.now = addSeconds(NOON, 1)
  const other = (await endpoint(storno, tenant)).endpoint.id
  clock.now = addSeconds(NOON, 2)
  await send('PATCH', base, jsonBody(session, { url: 'https://b.example/in?token=canary' }))
  clock.now = addSeconds(NOON, 3)
  const published = await rotate({ signing: 'manual', reason: 'yearly' })
  clock.now = addSeconds(NOON, 4)
  await send('POST', `${base}/secret/promote`, jsonBody(token, { keyId: textAt(published, 'keyId'), force: true }))
  clock.now = addSeconds(NOON, 5)
  await send('DELETE', `/v1/endpoints/${other}`, bearer(session))
  for (const each of [id, other]) await sweep(each)
  const audit = (query = '', by = token): Promise<Reply> => send('GET', `/v1/audit${query}`, bearer(by))
  return { ...own, audit, other }
}

function kindsOf({ json }: Reply): readonly string[] {
  return Object(json).data.map(({ kind }: { readonly kind: string }) => kind)
}

const kinds = ['delete', 'promote', 'publish', 'update', 'create', 'create']

describe('GET /v1/audit', () => {
  it('200 says who changed what at which endpoint and why, newest first, and no secret', async () => {
    const { audit, id, other } = await busyTenant()
    const reply = await audit()
    expect([reply.status, kindsOf(reply)]).toEqual([200, kinds])
    const entry = { id: expect.stringMatching(/^chg_/), reason: null }
    const apiKey = { kind: 'api-key', id: expect.stringMatching(/^key_/) }
    const seed = { kind: 'keyturn', id: 'seed' }
    const at = (seconds: number) => addSeconds(NOON, seconds).toISOString()
    const { url } = { url: { from: 'https://receiver.example/hooks', to: 'https://b.example/in' } }
    expect(reply.json).toEqual({
      data: [
        { ...entry, endpointId: other, at: at(5), actor: ann, kind: 'delete', changed: expect.any(Object) },
        { ...entry, endpointId: id, at: at(4), actor: apiKey, kind: 'promote', changed: {} },
        { ...entry, endpointId: id, at: at(3), actor: apiKey, kind: 'publish', reason: 'yearly', changed: {} },
        { ...entry, endpointId: id, at: at(2), actor: ann, kind: 'update', changed: { url } },
        { ...entry, endpointId: other, at: at(1), actor: seed, kind: 'create', changed: expect.any(Object) },
        { ...entry, endpointId: id, at: at(0), actor: seed, kind: 'create', changed: expect.any(Object) },
      ],
      nextCursor: null,
    })
    expect(reply.text).not.toMatch(/canary|whsec_/)
  })

  it('200 page by page', async () => {
    const { audit } = await busyTenant()
    const found: string[] = []
    for (let cursor = ''; ;) {
      const page = await audit(`?limit=2${cursor}`)
      found.push(...kindsOf(page))
      if (Object(page.json).nextCursor === null) break
      cursor = `&cursor=${textAt(page, 'nextCursor')}`
    }
    expect(found).toEqual(kinds)
  })

  it.each([
    ['2026-11-21T12:00:03Z', 3],
    ['2026-11-21T12:00:03.001Z', 2],
    ['2026-11-21T14:00:04%2B02:00', 2],
    ['2027-01-01T00:00:00Z', 0],
    ['2020-01-01T00:00:00Z', 6],
  ])('200 since %s', async (since, count) => {
    const { audit } = await busyTenant()
    expect(kindsOf(await audit(`?since=${since}`))).toEqual(kinds.slice(0, count))
    expect(kindsOf(await audit(`?since=${since}&limit=1`))).toEqual(kinds.slice(0, Math.min(1, count)))
  })

  it('200 once the endpoints are gone for good', async () => {
    const { audit, tables } = await busyTenant()
    tables.endpoints.endpoints.clear()
    expect(kindsOf(await audit())).toEqual(kinds)
  })

  it('200 for whoever may read, and nothing of another tenant', async () => {
    const { audit, endpoint, apiKey } = await busyTenant()
    await endpoint(keyturn, 'org_other')
    const member = sessionToken({ id: 'bob', role: 'member', tenantIds: [tenant] })
    expect(kindsOf(await audit('', member))).toEqual(kinds)
    const other = await apiKey(keyturn, 'org_other', { permissions: ['endpoints:read'] })
    expect(kindsOf(await audit('', other))).toEqual(['create'])
    const nobody = await apiKey(keyturn, 'org_empty')
    expect((await audit('', nobody)).json).toEqual({ data: [], nextCursor: null })
  })
})
