import { describe, expect, it } from '@jest/globals'
import type { ApiKey, ApiKeyStore } from '../../../../src/access/api-key'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { bearer, jsonBody, NOON, requestsTo, sessionToken, textAt } from '../harness'
import { codeOf, nonceOf, portalBed } from '../portal-bed'
import { storeDelivery } from '../stored-delivery'

const all = { scopes: ['read', 'rotate', 'write', 'test'] }

describe('an exchange', () => {
  it('401 for all but one of two nonces, however many come at once, and one token for the other', async () => {
    const { mint, exchange } = await portalBed()
    const made = await mint({ parentOrigins: ['https://app.example'] })
    const nonces = Array.from({ length: 20 }, (_, at) => nonceOf(at % 2 === 0 ? 'n' : 'm'))
    const replies = await Promise.all(nonces.map(nonce => exchange({ code: codeOf(made), nonce })))
    const good = replies.filter(({ status }) => status === 200)
    expect([good.length, new Set(good.map(reply => textAt(reply, 'token'))).size]).toEqual([10, 1])
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(10)
  })

  it('200 takes away the cookies of sessions that were opened long before, so that no browser has too many', async () => {
    const { mint, exchange } = await portalBed()
    const place = (at: number): string => at.toString(36).padStart(24, '0')
    const cookies = Array.from({ length: 30 }, (_, at) => `__Host-kt-${place(at)}=kps_${place(at)}.${'t'.repeat(43)}`)
    const sent = ['other=1', ...cookies, '__Host-kt-x=1'].join('; ')
    const reply = await exchange({ code: codeOf(await mint()), nonce: nonceOf('n') }, { cookie: sent })
    const [own, ...cleared] = reply.headers.getSetCookie()
    expect(own).toMatch(/=kps_.*Max-Age=900$/)
    const names = cookies.slice(0, 11).map(cookie => cookie.split('=')[0])
    expect(cleared).toEqual(names.map(name => `${name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`))
  })
})

describe('a page session', () => {
  it('401 where the cookie of the one that is named holds the token of another', async () => {
    const { send, open } = await portalBed()
    const [own, other] = [await open(), await open({ subject: 'user-8' })]
    const token = other.headers['cookie']?.split('=')[1] ?? ''
    const headers = { ...own.headers, cookie: `__Host-kt-${own.id.slice(3)}=${token}` }
    expect((await send('GET', '/v1/session', { headers })).status).toBe(401)
  })

  it('401 for any header but that of one session', async () => {
    const { send, open } = await portalBed()
    const { id, headers } = await open()
    for (const named of [
      `${id},${id}`,
      `${id}, ps_x`,
      `${id};`,
      ` ${id}x`,
      id.toUpperCase(),
      `ps_${'.'.repeat(24)}`,
      '',
    ]) {
      const reply = await send('GET', '/v1/session', { headers: { ...headers, 'keyturn-portal-session': named } })
      expect([named, reply.status]).toEqual([named, 401])
    }
    const twice = `${headers['cookie']}; ${headers['cookie']}`
    expect((await send('GET', '/v1/session', { headers: { ...headers, cookie: twice } })).status).toBe(401)
  })

  it('401 once its API key may not act for its tenant any more', async () => {
    const { send, open, tables } = await portalBed()
    const { headers } = await open()
    const [maker] = tables.keys.apiKeys.values()
    if (maker === undefined) throw new Error('no key')
    tables.keys.apiKeys.set(maker.sha256, { ...maker, tenantIds: ['zenith'] })
    expect((await send('GET', '/v1/session', { headers })).status).toBe(401)
  })

  it('401 for reads too once its API key is revoked, while that key’s own reads may go on from a cache', async () => {
    const { open, token, appWith, access, apiKeys, tables, deps } = await portalBed()
    const { headers } = await open()
    const kept = new Map<string, ApiKey | null>()
    const find: ApiKeyStore['find'] = async (sha256, freshness) => {
      const known = freshness === 'cached' ? kept.get(sha256) : undefined
      const found = known ?? (await apiKeys.find(sha256, freshness))
      kept.set(sha256, found)
      return found
    }
    const send = requestsTo(appWith({ access: { ...access, apiKeys: { find } } }))
    const statuses = async (): Promise<readonly number[]> => {
      const own = await send('GET', '/v1/endpoints', bearer(token))
      return [own.status, (await send('GET', '/v1/endpoints', { headers })).status]
    }
    expect(await statuses()).toEqual([200, 200])
    const [maker] = tables.keys.apiKeys.values()
    await apiKeys.revoke(maker?.id ?? '', { at: deps.now(), by: { kind: 'operator', id: 'test' } })
    expect(await statuses()).toEqual([200, 401])
  })

  it('401 for a code whose API key lost the tenant between mint and exchange', async () => {
    const { mint, exchange, tables } = await portalBed()
    const code = codeOf(await mint())
    const [maker] = tables.keys.apiKeys.values()
    if (maker === undefined) throw new Error('no key')
    tables.keys.apiKeys.set(maker.sha256, { ...maker, tenantIds: ['zenith'] })
    expect((await exchange({ code, nonce: nonceOf('n') })).status).toBe(401)
  })

  it('404 at another tenant by a session that an API key for all tenants has made', async () => {
    const { apiKey, send, exchange, endpoint } = await portalBed()
    const token = await apiKey(keyturn, '', { tenantIds: 'all' })
    const body = { subject: 'user-7', scopes: ['read'], parentOrigins: ['https://app.example'] }
    const made = await send('POST', '/v1/portal-sessions', jsonBody(token, body, { 'Keyturn-Tenant': 'acme' }))
    const opened = await exchange({ code: codeOf(made), nonce: nonceOf('n') })
    const { endpoint: foreign } = await endpoint(keyturn, 'zenith')
    const ask = (path: string, more: Record<string, string>) => send('GET', path, bearer(textAt(opened, 'token'), more))
    expect((await ask('/v1/endpoints', { 'Keyturn-Tenant': 'zenith' })).status).toBe(404)
    expect((await ask(`/v1/endpoints/${foreign.id}`, {})).status).toBe(404)
    expect((await ask('/v1/endpoints', { 'Keyturn-Tenant': 'acme' })).status).toBe(200)
  })
})

describe('a session for some endpoints', () => {
  it('404 for sending again what was for another one', async () => {
    const made = await portalBed()
    const { open, send, endpoint } = made
    const [{ endpoint: one }, { endpoint: two }] = [await endpoint(keyturn, 'acme'), await endpoint(keyturn, 'acme')]
    const { headers } = await open({ ...all, endpointIds: [one.id] })
    storeDelivery(made, one, { messageId: 'msg_1', status: 'failed' })
    storeDelivery(made, two, { messageId: 'msg_2', status: 'failed' })
    const replies = []
    for (const id of ['msg_1', 'msg_2', 'msg_3']) {
      replies.push(await send('POST', `/v1/deliveries/${id}/send-again`, { headers }))
    }
    expect(replies.map(({ status }) => status)).toEqual([202, 404, 404])
    expect(replies[1]?.text).toBe(replies[2]?.text)
    expect(made.tables.delivery.queued).toHaveLength(1)
  })

  it('404 by any spelling of the id of another one', async () => {
    const { open, send, endpoint } = await portalBed()
    const [{ endpoint: one }, { endpoint: two }] = [await endpoint(storno, 'acme'), await endpoint(storno, 'acme')]
    const { headers } = await open({ ...all, endpointIds: [one.id] })
    const status = async (id: string): Promise<number> => (await send('GET', `/v1/endpoints/${id}`, { headers })).status
    expect([await status(one.id), await status(one.id.toUpperCase())]).toEqual([200, 200])
    expect([await status(two.id), await status(two.id.toUpperCase())]).toEqual([404, 404])
  })

  it('200 lists no other by any filter', async () => {
    const { open, send, endpoint } = await portalBed()
    const [{ endpoint: one }] = [await endpoint(keyturn, 'acme'), await endpoint(keyturn, 'acme')]
    const { headers } = await open({ ...all, endpointIds: [one.id, 'ep_1', 'ep_2'] })
    for (const query of [
      '',
      '?url=https://receiver.example/hooks',
      '?status=active',
      '?contract=keyturn',
      '?limit=1',
    ]) {
      const { json } = await send('GET', `/v1/endpoints${query}`, { headers })
      for (const { id } of Object(json).data) expect(id).toBe(one.id)
    }
  })

  it('200 pages through a tenant’s history without anything of others', async () => {
    const { open, send, endpoint, ...bed } = await portalBed()
    const [{ endpoint: one }, { endpoint: two }] = [await endpoint(keyturn, 'acme'), await endpoint(keyturn, 'acme')]
    for (const [at, id] of [two.id, one.id, two.id, two.id, one.id, two.id].entries()) {
      bed.later(at + 1)
      await send('POST', `/v1/endpoints/${id}/secret/rotate`, jsonBody(bed.token, {}))
    }
    const { headers } = await open({ ...all, endpointIds: [one.id] })
    const seen: string[] = []
    let cursor = ''
    for (let page = 0; page < 20; page += 1) {
      const { json } = await send('GET', `/v1/audit?limit=1${cursor}`, { headers })
      seen.push(...Object(json).data.map(({ endpointId }: { endpointId: string }) => endpointId))
      if (Object(json).nextCursor === null) break
      cursor = `&cursor=${Object(json).nextCursor}`
    }
    expect(seen).toEqual([one.id, one.id, one.id])
  })
})

describe('an idempotency key', () => {
  it('200 with a secret of its own for a person of another kind with the same name', async () => {
    const { open, embed, send, endpoint, token } = await portalBed()
    const { endpoint: one } = await endpoint(keyturn, 'acme')
    const dashboard = bearer(sessionToken({ id: 'user-7', role: 'admin', tenantIds: ['acme'] })).headers
    const callers = [(await open(all)).headers, (await embed(all)).headers, dashboard, bearer(token).headers]
    const secrets: string[] = []
    for (const headers of callers) {
      const init = { headers: { ...headers, 'Idempotency-Key': 'once' }, body: '{}' }
      secrets.push(textAt(await send('POST', `/v1/endpoints/${one.id}/secret/rotate`, init), 'signingSecret'))
    }
    // The first two are one person, in two pages.
    expect([secrets[1] === secrets[0], new Set(secrets).size]).toEqual([true, 3])
  })
})

describe('a way back', () => {
  it('400 for a blob: and other URLs that have an origin and are no page of it', async () => {
    const { mint } = await portalBed()
    for (const returnUrl of ['blob:https://app.example/x', 'filesystem:https://app.example/x']) {
      expect((await mint({ returnUrl })).status).toBe(400)
    }
    expect(
      (await mint({ returnUrl: 'https://app.example/back?x=1', authenticatedAt: NOON.toISOString() })).status,
    ).toBe(201)
  })
})
