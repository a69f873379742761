import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { bearer, faultsOf, invalid, jsonBody, NOON, sessionToken, textAt } from '../harness'
import { codeOf, portalBed } from '../portal-bed'

describe('POST /v1/portal-sessions', () => {
  it('201 with a link whose fragment is the code, which is stored nowhere', async () => {
    const { mint, tables } = await portalBed()
    const reply = await mint()
    expect(reply.status).toBe(201)
    expect(reply.json).toEqual({
      id: expect.stringMatching(/^ps_[0-9a-z]{24}$/),
      url: expect.stringMatching(/^https:\/\/hooks\.example\/portal#kpc_[0-9a-z]{24}\.[\w-]{43}$/),
      expiresAt: new Date(NOON.getTime() + 900_000).toISOString(),
    })
    expect(codeOf(reply)).toContain(textAt(reply, 'id').slice(3))
    expect(JSON.stringify([...tables.portal.sessions.values()])).not.toContain(codeOf(reply).split('.')[1])
  })

  it('201 for a page that another one frames, which has a path of its own', async () => {
    const { mint } = await portalBed()
    expect(textAt(await mint({ parentOrigins: ['https://app.example'] }), 'url')).toMatch(/\/portal\/embed#kpc_/)
  })

  it('201 for a session that does not outlive the API key that makes it', async () => {
    const expiresAt = new Date(NOON.getTime() + 100_000)
    const { mint } = await portalBed({ expiresAt })
    expect(textAt(await mint(), 'expiresAt')).toBe(expiresAt.toISOString())
  })

  it('201 by an API key for all tenants, which names the tenant', async () => {
    const { send, apiKey } = await portalBed()
    const token = await apiKey(keyturn, '', { tenantIds: 'all' })
    const body = { subject: 'user-7', scopes: ['read'] }
    expect((await send('POST', '/v1/portal-sessions', jsonBody(token, body))).status).toBe(400)
    const named = jsonBody(token, body, { 'Keyturn-Tenant': 'zenith' })
    expect((await send('POST', '/v1/portal-sessions', named)).status).toBe(201)
  })

  it.each([
    [{ subject: 'a@b.example' }, ['subject']],
    [{ subject: 'x'.repeat(129) }, ['subject']],
    [{ scopes: [] }, ['scopes']],
    [{ scopes: ['read', 'read'] }, ['scopes']],
    [{ scopes: ['admin'] }, ['scopes']],
    [{ expiresInSeconds: 59 }, ['expiresInSeconds']],
    [{ expiresInSeconds: 3601 }, ['expiresInSeconds']],
    [{ expiresInSeconds: 901 }, ['expiresInSeconds']],
    [{ endpointIds: [] }, ['endpointIds']],
    [{ authenticatedAt: '2026-11-21T12:01:00Z' }, ['authenticatedAt']],
    [{ authenticatedAt: '2026-09-31T12:00:00Z' }, ['authenticatedAt']],
    [{ parentOrigins: [] }, ['parentOrigins']],
    [{ parentOrigins: ['https://app.example', 'https://evil.example'] }, ['parentOrigins.1']],
    [{ returnUrl: 'https://evil.example/' }, ['returnUrl']],
    [{ returnUrl: 'javascript:alert(1)' }, ['returnUrl']],
    [{ returnUrl: 'https://app.example/ ' }, ['returnUrl']],
    [{ locale: 'not a locale' }, ['locale']],
    [{ theme: 'pink' }, ['theme']],
    [{ tenantId: 'zenith' }, ['tenantId']],
  ])('400 for %j', async (changes, paths) => {
    const { mint } = await portalBed()
    expect(faultsOf(await mint(changes))).toEqual(invalid(...paths))
  })

  it('201 for an hour where it cannot rotate', async () => {
    const { mint } = await portalBed()
    expect((await mint({ scopes: ['read', 'write', 'test'], expiresInSeconds: 3600 })).status).toBe(201)
  })

  it('403 for a scope that the API key has no permission for', async () => {
    const { mint } = await portalBed({ permissions: ['portal:write', 'endpoints:read'] })
    expect((await mint({ scopes: ['read'] })).status).toBe(201)
    const refused = await mint({ scopes: ['read', 'rotate'] })
    expect(refused).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
    expect(refused.text).toContain('endpoints:rotate')
  })

  it('403 without portal:write, by a dashboard session, and by a portal session itself', async () => {
    const { send, apiKey, open, embed } = await portalBed()
    const body = JSON.stringify({ subject: 'user-8', scopes: ['read'] })
    const plain = await apiKey(keyturn, 'acme', { permissions: ['endpoints:read'] })
    const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: ['acme'] })
    const callers = [bearer(plain).headers, bearer(admin).headers, (await open()).headers, (await embed()).headers]
    for (const headers of callers) {
      expect((await send('POST', '/v1/portal-sessions', { headers, body })).status).toBe(403)
    }
  })
})

describe('DELETE /v1/portal-sessions', () => {
  it('204 ends one, by an API key of its tenant alone', async () => {
    const { send, token, open, apiKey } = await portalBed()
    const { id, headers } = await open()
    const foreign = await apiKey(keyturn, 'zenith')
    expect((await send('DELETE', `/v1/portal-sessions/${id}`, bearer(foreign))).status).toBe(404)
    expect((await send('GET', '/v1/session', { headers })).status).toBe(200)
    expect((await send('DELETE', `/v1/portal-sessions/${id}`, bearer(token))).status).toBe(204)
    expect((await send('GET', '/v1/session', { headers })).status).toBe(401)
    expect((await send('DELETE', '/v1/portal-sessions/ps_x', bearer(token))).status).toBe(404)
  })

  it('204 ends itself, takes its cookie away, and ends no other', async () => {
    const { send, open } = await portalBed()
    const [own, other] = [await open(), await open()]
    expect((await send('DELETE', `/v1/portal-sessions/${other.id}`, { headers: own.headers })).status).toBe(404)
    const reply = await send('DELETE', `/v1/portal-sessions/${own.id}`, { headers: own.headers })
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
    expect((await send('GET', '/v1/session', { headers: own.headers })).status).toBe(401)
    expect((await send('GET', '/v1/session', { headers: other.headers })).status).toBe(200)
  })

  it('204 ends all of a subject that were made before', async () => {
    const { send, token, open } = await portalBed()
    const before = await open()
    const other = await open({ subject: 'user-8' })
    expect((await send('DELETE', '/v1/portal-sessions?subject=user-7', bearer(token))).status).toBe(204)
    expect((await send('GET', '/v1/session', { headers: before.headers })).status).toBe(401)
    expect((await send('GET', '/v1/session', { headers: other.headers })).status).toBe(200)
    expect((await send('GET', '/v1/session', { headers: (await open()).headers })).status).toBe(200)
    expect((await send('DELETE', '/v1/portal-sessions', bearer(token))).status).toBe(400)
  })

  it('200 of ending a tenant’s credentials ends its portal sessions too', async () => {
    const { send, apiKey, open } = await portalBed()
    const { headers } = await open()
    const platform = await apiKey(keyturn, '', { tenantIds: 'all' })
    expect((await send('DELETE', '/v1/tenants/acme/credentials', bearer(platform))).status).toBe(200)
    expect((await send('GET', '/v1/session', { headers })).status).toBe(401)
  })
})
