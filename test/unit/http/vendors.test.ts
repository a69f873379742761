import { describe, expect, it } from '@jest/globals'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { bearer, harness, NOON, sessionToken, textAt } from './harness'

const whsecBase64 = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)
const company = '550e8400-e29b-41d4-a716-446655440000'

describe('tumban', () => {
  it('200 gives an admin the new secret and the time with microseconds', async () => {
    const { send, endpoint } = harness()
    const before = await endpoint(tumban, 'acme')
    const admin = sessionToken({ id: 'ann', role: 'admin', tenantIds: ['acme'] })
    const reply = await send('POST', '/api/v2/org/webhook-secret/rotate', bearer(admin))
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      webhook_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      rotated_at: '2026-11-21T12:00:00.001000+00:00',
    })
    expect(textAt(reply, 'webhook_secret')).not.toBe(before.secret.reveal())
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('403 for members and API keys, 401 for nobody, in its own words', async () => {
    const { send, endpoint, apiKey } = harness()
    await endpoint(tumban, 'acme')
    const path = '/api/v2/org/webhook-secret/rotate'
    const member = sessionToken({ id: 'max', role: 'member', tenantIds: ['acme'] })
    expect(await send('POST', path, bearer(member))).toMatchObject({
      status: 403,
      json: { detail: 'Admin role required' },
    })
    expect(await send('POST', path, bearer(await apiKey(tumban, 'acme')))).toMatchObject({
      status: 403,
      json: { detail: 'This endpoint requires a dashboard session. API keys are not permitted.' },
    })
    expect(await send('POST', path)).toMatchObject({
      status: 401,
      json: { detail: 'Missing or invalid Authorization header. Expected: Bearer <token>' },
    })
    expect(await send('POST', path, bearer('nonsense'))).toMatchObject({
      status: 401,
      json: { detail: 'Invalid token' },
    })
    expect(await send('POST', path, bearer('sk_nonsense'))).toMatchObject({
      status: 401,
      json: { detail: 'Invalid or revoked API key' },
    })
  })

  it('404 for the path without /org/, in its own shape', async () => {
    const { send } = harness()
    const reply = await send('POST', '/api/v2/webhook-secret/rotate')
    expect(reply).toMatchObject({ status: 404, json: { detail: 'Not Found' } })
  })

  it('200 shows the settings to any session or key, and never the secret', async () => {
    const { send, endpoint, apiKey } = harness()
    const { secret } = await endpoint(tumban, 'acme', { url: null })
    const reply = await send('GET', '/api/v2/org/settings', bearer(await apiKey(tumban, 'acme')))
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      org_id: 'acme',
      default_callback_url: null,
      total_scans_completed: 0,
      total_scans_dropped: 0,
      created_at: '2026-11-21T12:00:00.000000+00:00',
      updated_at: '2026-11-21T12:00:00.000000+00:00',
    })
    expect(reply.text).not.toContain(secret.reveal().slice(-4))
  })

  it('404 for the settings of an organisation that has none', async () => {
    const { send, apiKey } = harness()
    const reply = await send('GET', '/api/v2/org/settings', bearer(await apiKey(tumban, 'acme')))
    expect(reply).toMatchObject({ status: 404, json: { detail: 'Org settings not found' } })
  })
})

describe('thesignup', () => {
  it('200 gives the endpoint with its twelve fields and the new secret', async () => {
    const { send, endpoint, apiKey } = harness()
    const created = await endpoint(thesignup, 'acme')
    const { id } = created.endpoint
    const reply = await send('POST', `/webhooks/${id}/rotate`, bearer(await apiKey(thesignup, 'acme')))
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      endpoint: {
        id,
        url: 'https://receiver.example/hooks',
        description: 'orders',
        eventTypes: ['order.created'],
        paused: false,
        pausedReason: null,
        pausedAt: null,
        consecutiveFailures: 0,
        lastSuccessAt: null,
        lastFailureAt: null,
        createdAt: '2026-11-21T12:00:00Z',
        updatedAt: '2026-11-21T12:00:00Z',
      },
      signingSecret: whsecBase64,
    })
  })

  it('404 and 401 are problems with all seven members', async () => {
    const { send, apiKey } = harness()
    const path = '/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890/rotate'
    const reply = await send('POST', path, bearer(await apiKey(thesignup, 'acme')))
    expect(reply.json).toEqual({
      type: 'https://thesignup.app/problems/not-found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      code: 'not_found',
      errors: [],
      cause: {},
    })
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
    expect((await send('POST', path)).json).toMatchObject({ status: 401, code: 'missing_credentials' })
    expect((await send('POST', path, bearer('sgn_live_x'))).json).toMatchObject({ code: 'invalid_credentials' })
  })
})

describe('storno', () => {
  it('200 gives the whole webhook with the secret in full; a read masks it', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(storno, company)).endpoint
    const headers = bearer(await apiKey(storno, company), { 'X-Company': company.toUpperCase() })
    const reply = await send('POST', `/api/v1/webhooks/${id}/regenerate-secret`, headers)
    expect(reply.status).toBe(200)
    const webhook = {
      uuid: id,
      url: 'https://receiver.example/hooks',
      description: 'orders',
      events: ['order.created'],
      isActive: true,
      createdAt: '2026-11-21T12:00:00Z',
      updatedAt: '2026-11-21T12:00:00Z',
    }
    expect(reply.json).toEqual({ ...webhook, secret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/) })
    const read = await send('GET', `/api/v1/webhooks/${id}`, headers)
    expect(read.json).toEqual({
      ...webhook,
      secret: `whsec_${'•'.repeat(24)}`,
      deliveriesCount: 0,
      lastDeliveryAt: null,
      lastDeliveryStatus: null,
    })
  })

  it('400 without a company, 404 for one that the token may not act for, like an unknown webhook', async () => {
    const { send, endpoint, apiKey } = harness()
    const foreign = '660e8400-e29b-41d4-a716-446655440000'
    const { id } = (await endpoint(storno, foreign)).endpoint
    const path = `/api/v1/webhooks/${id}/regenerate-secret`
    const token = await apiKey(storno, company)
    expect(await send('POST', path, bearer(token))).toMatchObject({ status: 400, json: { code: 400 } })
    expect((await send('POST', path, bearer(token, { 'X-Company': 'acme#1' }))).status).toBe(400)
    const other = await send('POST', path, bearer(token, { 'X-Company': foreign }))
    const unknown = await send('POST', path, bearer(token, { 'X-Company': company }))
    expect(other).toMatchObject({
      status: 404,
      json: { code: 404, error: 'Webhook endpoint not found for this company' },
    })
    expect(unknown.text).toBe(other.text)
  })

  it('403 without webhook.manage', async () => {
    const { send, apiKey } = harness()
    const token = await apiKey(storno, company, { permissions: ['webhook.view'] })
    const path = '/api/v1/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890/regenerate-secret'
    const reply = await send('POST', path, bearer(token, { 'X-Company': company }))
    expect(reply).toMatchObject({
      status: 403,
      json: { code: 403, error: 'Insufficient permissions — requires webhook.manage permission' },
    })
  })
})

describe('featurebase', () => {
  it('200 gives the whole webhook', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(featurebase, 'acme')).endpoint
    const reply = await send(
      'POST',
      `/v2/webhooks/${id.toUpperCase()}/secret`,
      bearer(await apiKey(featurebase, 'acme')),
    )
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      id,
      createdAt: NOON.toISOString(),
      description: 'orders',
      health: {
        avgResponseTime: null,
        consecutiveFailures: 0,
        errorsSinceLastSuccess: 0,
        lastResponseTime: null,
        lastSuccessAt: null,
      },
      lastStatus: null,
      name: 'Orders',
      object: 'webhook',
      requestConfig: { timeoutMs: 5000, headers: {} },
      secret: whsecBase64,
      status: 'active',
      topics: ['order.created'],
      updatedAt: '2026-11-21T12:00:00.001Z',
      url: 'https://receiver.example/hooks',
      version: '1.0',
    })
  })

  it('404 in an API version before the operation, like a route that is not there: before any credential', async () => {
    const { send } = harness()
    const path = '/v2/webhooks/507f1f77bcf86cd799439011/secret'
    const older = await send('POST', path, { headers: { 'Featurebase-Version': '2025-12-12.clover' } })
    expect(older).toMatchObject({ status: 404, json: { error: { type: 'invalid_request_error', status: 404 } } })
    expect(textAt(older, 'error.message')).toContain('2026-01-01.nova')
    const newest = await send('POST', path, { headers: { 'Featurebase-Version': '2026-01-01.nova' } })
    expect(newest).toMatchObject({ status: 401, json: { error: { type: 'authentication_error', param: null } } })
  })

  it.each(['2024-01-01.moss', '', 'nova'])(
    '401 without a credential, 404 without a webhook, then 400 in the API version %j, which does not exist',
    async version => {
      const { send, endpoint, apiKey, tables } = harness()
      const { id } = (await endpoint(featurebase, 'acme')).endpoint
      const inVersion = { 'Featurebase-Version': version }
      const path = `/v2/webhooks/${id}/secret`
      expect(await send('POST', path, { headers: inVersion })).toMatchObject({ status: 401 })
      const init = bearer(await apiKey(featurebase, 'acme'), inVersion)
      for (const none of ['nonsense', '507f1f77bcf86cd799439011']) {
        const reply = await send('POST', `/v2/webhooks/${none}/secret`, init)
        expect(reply).toMatchObject({ status: 404, json: { error: { code: 'resource_not_found', param: null } } })
      }
      const refused = { status: 400, json: { error: { param: 'Featurebase-Version' } } }
      expect(await send('POST', path, init)).toMatchObject(refused)
      expect(await send('POST', path, { ...init, body: ' '.repeat(70_000) })).toMatchObject(refused)
      expect([...tables.endpoints.endpoints.values()][0]?.endpoint.ring.version).toBe(1)
    },
  )

  it('404 names the resource', async () => {
    const { send, apiKey } = harness()
    const token = await apiKey(featurebase, 'acme')
    const reply = await send('POST', '/v2/webhooks/507f1f77bcf86cd799439011/secret', bearer(token))
    expect(reply.json).toEqual({
      error: {
        type: 'invalid_request_error',
        code: 'resource_not_found',
        message: 'Webhook not found',
        param: null,
        status: 404,
      },
    })
  })
})

describe('teambattles', () => {
  it('200 gives the id, the secret and its first 8 characters', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(teambattles, 'game:g1')).endpoint
    const reply = await send(
      'POST',
      `/api/v1/webhooks/${id}/rotate-secret`,
      bearer(await apiKey(teambattles, 'game:g1')),
    )
    expect(reply.status).toBe(200)
    const signingSecret = textAt(reply, 'signingSecret')
    expect(reply.json).toEqual({ id, signingSecret: whsecBase64, secretPrefix: signingSecret.slice(0, 8) })
  })

  it('403 without the permission, then without the plan', async () => {
    const { send, apiKey } = harness()
    const path = '/api/v1/webhooks/wh_abc123/rotate-secret'
    const free = await apiKey(teambattles, 'game:g1', { plan: 'free' })
    const bare = await apiKey(teambattles, 'game:g1', { plan: 'free', permissions: [] })
    expect(await send('POST', path, bearer(bare))).toMatchObject({
      status: 403,
      json: { error: 'error_api_key_permission_denied' },
    })
    expect(await send('POST', path, bearer(free))).toMatchObject({
      status: 403,
      json: { error: 'error_api_feature_required' },
    })
    const paid = await apiKey(teambattles, 'game:g1', { plan: 'api_pro' })
    expect(await send('POST', path, bearer(paid))).toMatchObject({
      status: 404,
      json: { error: 'error_webhook_not_found' },
    })
    expect(await send('POST', path)).toMatchObject({ status: 401, json: { error: 'error_api_key_required' } })
  })

  it('409 for a sixth live secret', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(teambattles, 'user:u1')).endpoint
    const token = bearer(await apiKey(teambattles, 'user:u1'))
    const statuses: number[] = []
    for (let round = 0; round < 5; round += 1) {
      statuses.push((await send('POST', `/api/v1/webhooks/${id}/rotate-secret`, token)).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 409])
    const reply = await send('POST', `/api/v1/webhooks/${id}/rotate-secret`, token)
    expect(reply.json).toMatchObject({ error: 'error_too_many_live_secrets' })
  })
})

describe('keyturn', () => {
  it('200 gives the endpoint, the secret and what becomes of the key before', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(keyturn, 'acme')).endpoint
    const reply = await send('POST', `/v1/endpoints/${id}/secret/rotate`, bearer(await apiKey(keyturn, 'acme')))
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      endpoint: {
        id,
        tenantId: 'acme',
        contract: 'keyturn',
        url: 'https://receiver.example/hooks',
        description: 'orders',
        name: 'Orders',
        eventTypes: ['order.created'],
        status: 'active',
        mirror: 'on',
        requestConfig: { timeoutMs: 5000, headers: {} },
        consumers: [],
        version: 2,
        createdAt: NOON.toISOString(),
        updatedAt: '2026-11-21T12:00:00.001Z',
      },
      signingSecret: whsecBase64,
      keyId: expect.any(String),
      version: 2,
      previousExpiresAt: '2026-11-22T12:00:00.001Z',
      mirror: 'current',
    })
  })
})
