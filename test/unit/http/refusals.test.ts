import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import type { Secret } from '../../../src/core/secret'
import { createApp } from '../../../src/http/serve'
import { endpointUses } from '../../../src/http/uses/endpoints'
import { ringUses } from '../../../src/http/uses/ring'
import { fetchFrom } from '../../support/fetch-from'
import { bearer, harness, jsonBody, NOON, sessionToken, textAt } from './harness'

describe('unknown paths and methods', () => {
  it.each([
    ['/api/v2/webhook-secret/rotate', { detail: 'Not Found' }],
    ['/webhooks', { code: 'not_found', cause: {} }],
    ['/webhooks/x/y/z/rotate', { code: 'not_found' }],
    ['/v2/anything', { error: { code: 'route_not_found' } }],
    ['/v1/endpoints/x/nothing', { code: 'route-not-found' }],
    ['/', { code: 'route-not-found' }],
    ['/nowhere', { code: 'route-not-found' }],
    ['/api', { code: 'route-not-found' }],
    ['/api/v1/webhooks/x/nothing', { code: 'route-not-found' }],
    ['/v1/endpoints/', { code: 'route-not-found' }],
    ['/v1//endpoints', { code: 'route-not-found' }],
  ])(
    '404 for POST %s in the shape of the nearest contract, keyturn’s where there is no single one',
    async (path, body) => {
      const reply = await harness().send('POST', path)
      expect(reply).toMatchObject({ status: 404, json: body })
      expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      expect(reply.headers.get('cache-control')).toBe('no-store')
    },
  )

  it.each([
    ['GET', '/api/v2/org/webhook-secret/rotate', 'POST', { detail: 'Method Not Allowed' }],
    ['DELETE', '/webhooks/x/rotate', 'POST', { code: 'method_not_allowed', status: 405 }],
    ['PUT', '/v1/endpoints/x', 'DELETE, GET, PATCH', { code: 'method-not-allowed' }],
    ['OPTIONS', '/v1/endpoints', 'GET, POST', { code: 'method-not-allowed' }],
    ['DELETE', '/api/v1/webhooks/x', 'GET', { code: 405 }],
  ])('405 for %s %s says %s', async (method, path, allow, body) => {
    const reply = await harness().send(method, path)
    expect(reply).toMatchObject({ status: 405, json: body })
    expect(reply.headers.get('allow')).toBe(allow)
  })
})

describe('a deployment of one contract', () => {
  it('404 in keyturn’s shape for a path that shares nothing with it', async () => {
    expect((await harness([tumban]).send('GET', '/nowhere')).json).toMatchObject({ code: 'route-not-found' })
    expect((await harness([tumban]).send('GET', '/api/nowhere')).json).toEqual({ detail: 'Not Found' })
  })
})

describe('an endpoint that is malformed, unknown, foreign, deleted, or another contract’s', () => {
  it('404 with the very same bytes', async () => {
    const { send, endpoint, apiKey } = harness()
    const token = bearer(await apiKey(thesignup, 'acme'))
    const foreign = (await endpoint(thesignup, 'other')).endpoint.id
    const deleted = (await endpoint(thesignup, 'acme')).endpoint.id
    const elsewhere = (await endpoint(storno, 'acme')).endpoint.id
    await send('DELETE', `/v1/endpoints/${deleted}`, bearer(await apiKey(keyturn, 'acme')))
    const long = 'a'.repeat(129)
    const ids = [
      'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
      foreign,
      deleted,
      elsewhere,
      'nonsense',
      'a%23b',
      'a%2Fb',
      long,
      '%zz',
      '%00',
    ]
    const replies = await Promise.all(ids.map(id => send('POST', `/webhooks/${id}/rotate`, token)))
    expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([404]))
    expect(new Set(replies.map(reply => reply.text)).size).toBe(1)
    const headers = replies.map(reply => [...reply.headers].filter(([name]) => name !== 'x-request-id'))
    expect(new Set(headers.map(each => JSON.stringify(each))).size).toBe(1)
  })

  it('404 with these bytes also when it is deleted while the request runs', async () => {
    const { send, endpoint, apiKey } = harness()
    const token = bearer(await apiKey(thesignup, 'acme'))
    const unknown = await send('POST', '/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890/rotate', token)
    const owner = bearer(await apiKey(keyturn, 'acme'))
    const { id } = (await endpoint(thesignup, 'acme')).endpoint
    const requests = [send('DELETE', `/v1/endpoints/${id}`, owner), send('POST', `/webhooks/${id}/rotate`, token)]
    const [removed, rotated] = await Promise.all(requests)
    expect([removed?.status, rotated?.status, rotated?.text]).toEqual([204, 404, unknown.text])
  })

  it('404 through the own API too', async () => {
    const { send, endpoint, apiKey } = harness()
    const token = bearer(await apiKey(keyturn, 'acme'))
    const foreign = (await endpoint(keyturn, 'other')).endpoint.id
    const ids = ['ep_never', foreign, 'ep_a%23b', 'ep_a%2Fb', 'a'.repeat(129), '%zz', 'TENANT%23other']
    const replies = await Promise.all(ids.map(id => send('GET', `/v1/endpoints/${id}`, token)))
    expect(new Set(replies.map(reply => `${reply.status} ${reply.text}`)).size).toBe(1)
    expect(replies[0]?.status).toBe(404)
  })
})

describe('credentials', () => {
  const path = '/v1/endpoints'

  it.each([
    ['none', {}],
    ['another scheme', { authorization: 'Basic a2V5' }],
    ['a bare token', { authorization: 'kt_abc' }],
    ['no token', { authorization: 'Bearer ' }],
    ['two tokens', { authorization: 'Bearer kt_a kt_b' }],
    ['a list', { authorization: 'Bearer kt_a, Bearer kt_b' }],
    ['quotes', { authorization: 'Bearer "kt_a"' }],
    ['another header', { 'x-api-key': 'kt_a' }],
  ])('401 missing for %s', async (_, headers) => {
    const reply = await harness().send('GET', path, { headers })
    expect(reply).toMatchObject({ status: 401, json: { code: 'missing-credentials' } })
    expect(reply.headers.get('www-authenticate')).toBe('Bearer')
  })

  it('401 for a key that is malformed, unknown, expired, revoked, or another contract’s, all alike', async () => {
    const { send, apiKey, apiKeys, clock, tables } = harness()
    const expiring = await apiKey(keyturn, 'acme', { expiresAt: new Date(NOON.getTime() + 1000) })
    const revoked = await apiKey(keyturn, 'acme')
    expect((await send('GET', path, bearer(expiring))).status).toBe(200)
    expect((await send('GET', path, bearer(revoked))).status).toBe(200)
    clock.now = new Date(NOON.getTime() + 1000)
    for (const { id } of tables.keys.keys.values()) await apiKeys.revoke(id, clock.now)
    const other = await apiKey(thesignup, 'acme')
    const expired = await apiKey(keyturn, 'acme', { expiresAt: new Date(NOON.getTime() + 2000) })
    clock.now = new Date(NOON.getTime() + 2000)
    const unknown = `kt_${randomBytes(32).toString('base64url')}`
    for (const key of [expiring, revoked, expired, unknown, 'kt_', 'kt_short', `${unknown}a`]) {
      expect(await send('GET', path, bearer(key))).toMatchObject({ status: 401, json: { code: 'invalid-api-key' } })
    }
    expect(await send('GET', path, bearer(other))).toMatchObject({ status: 401, json: { code: 'invalid-token' } })
    const elsewhere = await send('POST', '/v2/webhooks/507f1f77bcf86cd799439011/secret', bearer(other))
    expect(elsewhere).toMatchObject({ status: 401, json: { error: { code: 'invalid_api_key' } } })
  })

  it('401 for the key of a contract whose keys look the same', async () => {
    const twin = {
      ...thesignup,
      name: 'twin',
      operations: [{ ...thesignup.operations[0], path: '/twins/{id}/rotate' }],
    }
    const { send, apiKey } = harness([thesignup, twin])
    const token = bearer(await apiKey(thesignup, 'acme'))
    const id = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'
    expect((await send('POST', `/webhooks/${id}/rotate`, token)).status).toBe(404)
    expect(await send('POST', `/twins/${id}/rotate`, token)).toMatchObject({ json: { code: 'invalid_credentials' } })
  })

  it('401 for a session at a contract that has none', async () => {
    const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: ['acme'] })
    const reply = await harness().send('POST', '/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890/rotate', bearer(admin))
    expect(reply).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } })
  })

  it('401 comes before 404 for the id, which comes before 400 and 413 for the body', async () => {
    const { send, apiKey } = harness()
    const body = ' '.repeat(70_000)
    expect((await send('POST', '/v1/endpoints/nope/secret/rotate', { body })).status).toBe(401)
    const key = await apiKey(keyturn, 'acme')
    expect((await send('POST', '/v1/endpoints/nope/secret/rotate', { ...bearer(key), body })).status).toBe(404)
    const bare = await apiKey(teambattles, 'game:g1', { permissions: [], plan: 'free' })
    expect((await send('POST', '/api/v1/webhooks/nope/rotate-secret', bearer(bare))).json).toEqual({
      error: 'error_api_key_permission_denied',
      details: expect.any(String),
    })
  })

  it('a key is looked up by its hash, freshly wherever a secret is at stake', async () => {
    const seen: string[] = []
    const { deps, settings } = harness()
    const find = async (sha256: string, freshness: string): Promise<null> => (seen.push(freshness, sha256), null)
    const app = createApp({
      mounts: settings.contracts.map(contract => ({ contract, basePath: '' })),
      uses: { ...ringUses(deps, settings), ...endpointUses(deps, settings) },
      access: { apiKeys: { find }, verifySession: () => Promise.reject(new Error('no sessions')), now: deps.now },
      log: deps.log,
    })
    const init = bearer(`kt_${'A'.repeat(43)}`)
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
    await fetchFrom(app, new Request('http://keyturn.test/v1/endpoints', init))
    await fetchFrom(
      app,
      new Request('http://keyturn.test/v1/endpoints/ep_x/secret/rotate', { ...init, method: 'POST' }),
    )
    await fetchFrom(app, new Request('http://keyturn.test/v1/endpoints', { ...init, method: 'POST' }))
    await fetchFrom(app, new Request('http://keyturn.test/v1/endpoints', bearer('kt_malformed')))
    expect(seen).toEqual(['cached', hash, 'fresh', hash, 'fresh', hash])
  })
})

describe('a function', () => {
  it('404 for what another function serves, before any credential', async () => {
    const { deps, settings } = harness()
    const access = {
      apiKeys: { find: async () => null },
      verifySession: () => Promise.reject(new Error('no')),
      now: deps.now,
    }
    const mounts = settings.contracts.map(contract => ({ contract, basePath: '' }))
    const rotate = createApp({ mounts, uses: ringUses(deps, settings), access, log: deps.log })
    const endpoints = createApp({ mounts, uses: endpointUses(deps, settings), access, log: deps.log })
    const list = new Request('http://keyturn.test/v1/endpoints')
    const create = new Request('http://keyturn.test/v1/endpoints', { method: 'POST' })
    expect([(await fetchFrom(rotate, list)).status, (await fetchFrom(rotate, create)).status]).toEqual([404, 401])
    expect([(await fetchFrom(endpoints, list)).status, (await fetchFrom(endpoints, create)).status]).toEqual([401, 404])
  })

  it('serves a contract under its base path, and nowhere else', async () => {
    const { deps, settings, apiKeys } = harness()
    const app = createApp({
      mounts: [{ contract: featurebase, basePath: '/vendors/fb' }],
      uses: ringUses(deps, settings),
      access: { apiKeys, verifySession: () => Promise.reject(new Error('no')), now: deps.now },
      log: deps.log,
    })
    const path = '/v2/webhooks/507f1f77bcf86cd799439011/secret'
    const at = (prefix: string): Promise<Response> =>
      fetchFrom(app, new Request(`http://keyturn.test${prefix}${path}`, { method: 'POST' }))
    expect([(await at('/vendors/fb')).status, (await at('')).status]).toEqual([401, 404])
  })
})

describe('a fault of Keyturn’s own', () => {
  it('500 in the contract’s shape, without a word of it; the log has its name and a scrubbed message', async () => {
    const { deps, settings, apiKeys, apiKey, lines, endpoint } = harness()
    const { id } = (await endpoint(storno, '550e8400-e29b-41d4-a716-446655440000')).endpoint
    const secret = `whsec_${randomBytes(32).toString('hex')}`
    const seal = (given: Secret): Promise<string> =>
      Promise.reject(new TypeError(`cannot seal ${secret} ${typeof given}`))
    const app = createApp({
      mounts: [{ contract: storno, basePath: '' }],
      uses: ringUses({ ...deps, sealer: { ...deps.sealer, seal } }, settings),
      access: { apiKeys, verifySession: () => Promise.reject(new Error('no')), now: deps.now },
      log: deps.log,
    })
    const token = await apiKey(storno, '550e8400-e29b-41d4-a716-446655440000')
    const { headers } = bearer(token, { 'X-Company': '550e8400-e29b-41d4-a716-446655440000' })
    const url = `http://keyturn.test/api/v1/webhooks/${id}/regenerate-secret`
    const reply = await fetchFrom(app, new Request(url, { method: 'POST', headers }))
    expect(reply.status).toBe(500)
    const text = await reply.text()
    expect(JSON.parse(text)).toEqual({ code: 500, error: 'Something went wrong.' })
    const failed = lines.find(line => line.message === 'failed')
    expect(failed?.fields).toMatchObject({ contract: 'storno', status: 500, code: 'internal', error: 'TypeError' })
    expect(failed?.fields['errorMessage']).toBe('cannot seal […] object')
    expect(JSON.stringify(lines)).not.toContain(secret.slice(10, 30))
  })
})

describe('nothing that a log says', () => {
  it('holds a secret, a token or a body', async () => {
    const { send, apiKey, endpoint, lines } = harness()
    const token = await apiKey(keyturn, 'acme')
    const { id } = (await endpoint(keyturn, 'acme')).endpoint
    const own = `whsec_${randomBytes(32).toString('base64')}`
    const reply = await send(
      'POST',
      `/v1/endpoints/${id}/secret/rotate`,
      jsonBody(token, { secret: own, reason: 'leak' }),
    )
    expect(textAt(reply, 'signingSecret')).toBe(own)
    await send('POST', `/v1/endpoints/${id}/secret/rotate`, jsonBody(token, { secret: `${own}x`, reason: 'leak' }))
    const text = JSON.stringify(lines)
    expect(lines.length).toBeGreaterThanOrEqual(2)
    for (const bare of [own, own.slice(6, 30), token, token.slice(3, 20), 'leak']) expect(text).not.toContain(bare)
  })
})
