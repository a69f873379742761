import { describe, expect, it } from '@jest/globals'
import { allContracts } from '../../../../src/contracts/all'
import { usesOfDeliver } from '../../../../src/contracts/dimensions'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, NOON, textAt } from '../harness'
import { codeOf, nonceOf, pageHeaders, portalBed } from '../portal-bed'

const nonce = nonceOf('n')

describe('POST /v1/portal-sessions/exchange', () => {
  it('200 with a cookie of its own for a page by itself, and the token nowhere else', async () => {
    const { mint, exchange } = await portalBed()
    const made = await mint()
    const reply = await exchange({ code: codeOf(made), nonce })
    const id = textAt(made, 'id')
    expect(reply).toMatchObject({ status: 200, json: { id, token: null, parentOrigins: [] } })
    const cookie = reply.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(
      new RegExp(
        `^__Host-kt-${id.slice(3)}=kps_${id.slice(3)}\\.[\\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=900$`,
      ),
    )
  })

  it('200 with the token and no cookie for a framed page', async () => {
    const { mint, exchange } = await portalBed()
    const made = await mint({ parentOrigins: ['https://app.example'] })
    const reply = await exchange({ code: codeOf(made), nonce })
    expect(reply.json).toMatchObject({ token: expect.stringMatching(/^kps_/), parentOrigins: ['https://app.example'] })
    expect(reply.headers.get('set-cookie')).toBeNull()
  })

  it('200 with the same for the same pair within a minute, whose first reply may be lost', async () => {
    const { mint, exchange, later } = await portalBed()
    const code = codeOf(await mint())
    const first = await exchange({ code, nonce })
    later(59)
    const again = await exchange({ code, nonce })
    const tokenOf = (cookie: string | null) => cookie?.split(';')[0]
    expect([again.status, tokenOf(again.headers.get('set-cookie'))]).toEqual([
      200,
      tokenOf(first.headers.get('set-cookie')),
    ])
    later(60)
    expect((await exchange({ code, nonce })).status).toBe(401)
  })

  it('401 for a code that was exchanged with another nonce, also at once', async () => {
    const { mint, exchange } = await portalBed()
    const code = codeOf(await mint())
    const replies = await Promise.all([exchange({ code, nonce }), exchange({ code, nonce: nonceOf('m') })])
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401])
  })

  it('401 with the same bytes for every code that is not good', async () => {
    const { mint, exchange, later, send, token } = await portalBed()
    const [unknown, ended, old] = ['kpc_' + 'a'.repeat(24) + '.' + 'b'.repeat(43), await mint(), await mint()]
    await send('DELETE', `/v1/portal-sessions/${textAt(ended, 'id')}`, bearer(token))
    const changed = codeOf(old).slice(0, -1) + (codeOf(old).endsWith('A') ? 'B' : 'A')
    const replies = [await exchange({ code: unknown, nonce }), await exchange({ code: codeOf(ended), nonce })]
    replies.push(await exchange({ code: changed, nonce }))
    later(300)
    replies.push(await exchange({ code: codeOf(old), nonce }))
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401, 401])
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
  })

  it('401 once the API key that made it is revoked', async () => {
    const { mint, exchange, apiKeys, tables, deps } = await portalBed()
    const code = codeOf(await mint())
    const [maker] = tables.keys.apiKeys.values()
    await apiKeys.revoke(maker?.id ?? '', { at: deps.now(), by: { kind: 'operator', id: 'test' } })
    expect((await exchange({ code, nonce })).status).toBe(401)
  })

  it('403 from any other origin, and from none', async () => {
    const { mint, exchange, send } = await portalBed()
    const code = codeOf(await mint())
    for (const origin of [
      'https://evil.example',
      'null',
      'http://hooks.example',
      'https://hooks.example.evil.example',
    ]) {
      expect((await exchange({ code, nonce }, { origin })).status).toBe(403)
    }
    const headers = { 'content-type': 'application/json' }
    const plain = await send('POST', '/v1/portal-sessions/exchange', { headers, body: JSON.stringify({ code, nonce }) })
    expect(plain.status).toBe(403)
    expect((await exchange({ code, nonce })).status).toBe(200)
  })

  it('400 for what a form can send, and names no code', async () => {
    const { mint, exchange } = await portalBed()
    const code = codeOf(await mint())
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const reply = await exchange({ code, nonce }, { 'content-type': type })
      expect(reply).toMatchObject({ status: 400, json: { errors: [{ path: 'Content-Type' }] } })
      expect(reply.text).not.toContain(code)
    }
    const short = await exchange({ code, nonce: 'short' })
    expect(short).toMatchObject({ status: 400, json: { errors: [{ path: 'nonce' }] } })
    expect(short.text).not.toContain(code)
  })
})

describe('POST /v1/portal-sessions/describe', () => {
  it('200 with whose it is, as often as is asked, and takes nothing', async () => {
    const { mint, describe: ask, exchange } = await portalBed()
    const made = await mint({ displayName: 'Ada' })
    const code = codeOf(made)
    const expiresAt = new Date(NOON.getTime() + 900_000).toISOString()
    const seen = { id: textAt(made, 'id'), tenantId: 'acme', subject: 'user-7', displayName: 'Ada', expiresAt }
    expect([(await ask(code)).json, (await ask(code)).json]).toEqual([seen, seen])
    expect((await exchange({ code, nonce })).status).toBe(200)
    expect((await ask(code)).status).toBe(401)
  })
})

describe('a portal session', () => {
  it('200 tells who it is, and what it may do now', async () => {
    const { send, open } = await portalBed()
    const { id, headers } = await open({ displayName: 'Ada', authenticatedAt: '2026-11-21T11:59:00Z', theme: 'dark' })
    expect((await send('GET', '/v1/session', { headers })).json).toEqual({
      kind: 'portal',
      id,
      subject: 'user-7',
      tenantId: 'acme',
      displayName: 'Ada',
      scopes: ['read', 'rotate'],
      endpointIds: null,
      createdAt: NOON.toISOString(),
      expiresAt: new Date(NOON.getTime() + 900_000).toISOString(),
      authenticatedAt: '2026-11-21T11:59:00.000Z',
      returnUrl: null,
      locale: null,
      theme: 'dark',
      deliveryBodies: true,
    })
  })

  it('401 for the cookie without the header, the header without the cookie, and either with an API key', async () => {
    const { send, open, token } = await portalBed()
    const { headers } = await open()
    const { cookie = '', 'keyturn-portal-session': id = '' } = headers
    const other = { 'keyturn-portal-session': `ps_${'a'.repeat(24)}`, cookie }
    for (const given of [
      { cookie },
      { 'keyturn-portal-session': id },
      other,
      { ...headers, ...bearer(token).headers },
    ]) {
      expect((await send('GET', '/v1/session', { headers: given })).status).toBe(401)
    }
  })

  it('401 for a token of one page at the other', async () => {
    const { send, open, embed } = await portalBed()
    const [page, framed] = [await open(), await embed()]
    const token = page.headers['cookie']?.split('=')[1] ?? ''
    expect((await send('GET', '/v1/session', bearer(token))).status).toBe(401)
    const framedToken = framed.headers['authorization']?.slice('Bearer '.length) ?? ''
    const headers = pageHeaders(framed.id, `__Host-kt-${framed.id.slice(3)}=${framedToken}`)
    expect((await send('GET', '/v1/session', { headers })).status).toBe(401)
    expect((await send('GET', '/v1/session', { headers: framed.headers })).status).toBe(200)
  })

  it('401 for a change that comes from another site', async () => {
    const { send, open } = await portalBed()
    const { headers } = await open()
    for (const origin of ['https://evil.example', 'https://app.example', 'null']) {
      expect((await send('GET', '/v1/session', { headers: { ...headers, origin } })).status).toBe(401)
    }
    expect(
      (await send('GET', '/v1/session', { headers: { ...headers, origin: 'https://hooks.example' } })).status,
    ).toBe(200)
  })

  it('401 at the end of its time, with the code for that', async () => {
    const { send, open, later } = await portalBed()
    const { headers } = await open()
    later(899)
    expect((await send('GET', '/v1/session', { headers })).status).toBe(200)
    later(900)
    const reply = await send('GET', '/v1/session', { headers })
    expect(reply).toMatchObject({ status: 401, json: { code: 'expired-token' } })
  })

  it('401 once its API key is revoked; 403 once that lacks the permission of a scope', async () => {
    const { send, open, apiKeys, tables, deps } = await portalBed()
    const { headers } = await open()
    const [maker] = tables.keys.apiKeys.values()
    if (maker === undefined) throw new Error('no key')
    tables.keys.apiKeys.set(maker.sha256, { ...maker, permissions: ['endpoints:read'] })
    expect((await send('GET', '/v1/session', { headers })).json).toMatchObject({ scopes: ['read'] })
    const rotate = { headers, body: '{}' }
    expect((await send('POST', '/v1/endpoints/ep_x/secret/rotate', rotate)).status).toBe(403)
    await apiKeys.revoke(maker.id, { at: deps.now(), by: { kind: 'operator', id: 'test' } })
    expect((await send('GET', '/v1/session', { headers })).status).toBe(401)
  })

  it('401 at every route of every vendor', async () => {
    const { send, embed, open } = await portalBed()
    const routes = allContracts
      .filter(({ name }) => name !== keyturn.name)
      .flatMap(({ operations }) =>
        [...operations]
          // Where the function that signs and sends serves it, which is not here.
          .filter(({ use }) => !usesOfDeliver.some(each => each === use))
          .map(({ method, path }) => [method, path.replaceAll(/\{\w+\}/g, 'x')] as const),
      )
    expect(routes.length).toBeGreaterThan(5)
    for (const { headers } of [await open(), await embed()]) {
      for (const [method, path] of routes) {
        expect([method, path, (await send(method, path, { headers })).status]).toEqual([method, path, 401])
      }
    }
  })
})

it('an API key and a dashboard session see themselves too', async () => {
  const { send, token } = await portalBed({ permissions: ['endpoints:read', 'endpoints:write'] })
  const reply = await send('GET', '/v1/session', bearer(token))
  expect(reply.json).toMatchObject({ kind: 'api-key', id: null, tenantId: 'acme', scopes: ['read', 'write', 'test'] })
  expect((await send('GET', '/v1/session', bearer('kps_x'))).status).toBe(401)
})
