import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { featurebase } from '../../../../src/contracts/featurebase'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { teambattles } from '../../../../src/contracts/teambattles'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tumban } from '../../../../src/contracts/tumban'
import { addSeconds } from '../../../../src/core/instant'
import { untilnoon } from '../../contracts/made-up/untilnoon'
import { bearer, harness, jsonBody, NOON, sessionToken, tenant, textAt } from '../harness'
import { ownEndpoint } from '../own-endpoint'

const whsecBase64 = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/)

describe('the reply of each contract', () => {
  it('200 at Keyturn gives the endpoint, the secret and what becomes of the key before', async () => {
    const { rotate, id } = await ownEndpoint()
    const reply = await rotate({})
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      endpoint: {
        id,
        tenantId: tenant,
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
        currentKeyCreatedAt: '2026-11-21T12:00:00.001Z',
        createdAt: NOON.toISOString(),
        updatedAt: '2026-11-21T12:00:00.001Z',
      },
      signingSecret: whsecBase64,
      keyId: expect.any(String),
      version: 2,
      state: 'signing',
      signsFrom: '2026-11-21T12:00:00.001Z',
      previousExpiresAt: '2026-11-22T12:00:00.001Z',
      mirror: 'current',
    })
  })

  it('200 at Tumban gives an admin the new secret and the time with microseconds', async () => {
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

  it('200 at TheSignup gives the endpoint with its twelve fields and the new secret', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(thesignup, 'acme')).endpoint
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

  it('200 at Storno gives the whole webhook with the secret in full', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const headers = bearer(await apiKey(storno, tenant), { 'X-Company': tenant.toUpperCase() })
    const reply = await send('POST', `/api/v1/webhooks/${id}/regenerate-secret`, headers)
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      uuid: id,
      url: 'https://receiver.example/hooks',
      description: 'orders',
      events: ['order.created'],
      isActive: true,
      createdAt: '2026-11-21T12:00:00Z',
      updatedAt: '2026-11-21T12:00:00Z',
      secret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
    })
  })

  it('200 at Featurebase gives the whole webhook', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(featurebase, 'acme')).endpoint
    const path = `/v2/webhooks/${id.toUpperCase()}/secret`
    const reply = await send('POST', path, bearer(await apiKey(featurebase, 'acme')))
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

  it('200 at TeamBattles gives the id, the secret and its first 8 characters', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(teambattles, 'game:g1')).endpoint
    const path = `/api/v1/webhooks/${id}/rotate-secret`
    const reply = await send('POST', path, bearer(await apiKey(teambattles, 'game:g1')))
    expect(reply.status).toBe(200)
    const signingSecret = textAt(reply, 'signingSecret')
    expect(reply.json).toEqual({ id, signingSecret: whsecBase64, secretPrefix: signingSecret.slice(0, 8) })
  })
})

describe('POST /v1/endpoints/{id}/secret/rotate', () => {
  it.each([[0], [1], [604_800]])('200 keeps the key before for %i seconds', async overlapSeconds => {
    const { rotate } = await ownEndpoint()
    const reply = await rotate({ overlapSeconds, reason: 'r'.repeat(200) })
    const expires = new Date(NOON.getTime() + 1 + overlapSeconds * 1000).toISOString()
    expect(reply).toMatchObject({ status: 200, json: { previousExpiresAt: overlapSeconds === 0 ? null : expires } })
  })

  it('200 for a reason of 200 characters, however they are encoded', async () => {
    const { rotate } = await ownEndpoint()
    expect((await rotate({ reason: '\u{1f600}'.repeat(200) })).status).toBe(200)
  })

  it('200 without a body at all', async () => {
    const { send, token, base } = await ownEndpoint()
    expect((await send('POST', `${base}/secret/rotate`, bearer(token))).status).toBe(200)
  })

  it('200 for an endpoint of another contract keeps its format and overlap', async () => {
    const { send, token, endpoint } = await ownEndpoint()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const path = `/v1/endpoints/${id}/secret/rotate`
    expect(await send('POST', path, bearer(token))).toMatchObject({
      status: 200,
      json: {
        signingSecret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
        previousExpiresAt: null,
        endpoint: { contract: 'storno' },
      },
    })
    expect((await send('POST', path, jsonBody(token, { overlapSeconds: 0 }))).status).toBe(200)
  })

  it('200 takes an own secret as long as the other contract’s are, where those are shorter', async () => {
    const { send, apiKey, endpoint } = harness([keyturn, untilnoon])
    const { id } = (await endpoint(untilnoon, 'club:one')).endpoint
    const token = await apiKey(keyturn, 'club:one')
    const secret = '0b9e1c1a-6f0e-4c9a-9d7e-2f4b8a6c1d3e'
    const reply = await send(
      'POST',
      `/v1/endpoints/${id}/secret/rotate`,
      jsonBody(token, { secret, overlapSeconds: 60 }),
    )
    expect(reply).toMatchObject({ status: 200, json: { signingSecret: secret } })
  })

  it('200 writes no secret, token or body into the log, nor does a refusal', async () => {
    const { rotate, token, lines } = await ownEndpoint()
    const own = `whsec_${randomBytes(32).toString('base64')}`
    const reply = await rotate({ secret: own, reason: 'leak' })
    expect(reply.status).toBe(200)
    expect(textAt(reply, 'signingSecret')).toBe(own)
    expect((await rotate({ secret: `${own}x`, reason: 'leak' })).status).toBe(400)
    const text = JSON.stringify(lines)
    expect(lines.length).toBeGreaterThanOrEqual(2)
    for (const bare of [own, own.slice(6, 30), token, token.slice(3, 20), 'leak']) expect(text).not.toContain(bare)
  })
})

describe('an Idempotency-Key', () => {
  it('200 replays the same secret, also when two come at once', async () => {
    const { rotate } = await ownEndpoint()
    const idempotent = { 'Idempotency-Key': 'x'.repeat(255) }
    const [one, other] = await Promise.all([rotate({ reason: 'a' }, idempotent), rotate({ reason: 'a' }, idempotent)])
    expect([one.status, other.status]).toEqual([200, 200])
    expect(textAt(one, 'signingSecret')).toBe(textAt(other, 'signingSecret'))
    const replays = [one, other].filter(reply => reply.headers.get('idempotency-replayed') === 'true')
    expect(replays).toHaveLength(1)
  })

  it('200 replays without an end for a key before that has ended since, by its time or by a revoke', async () => {
    const { rotate, send, token, base, clock } = await ownEndpoint()
    const again = (idempotencyKey: string) => rotate({ overlapSeconds: 60 }, { 'Idempotency-Key': idempotencyKey })
    const { json } = await again('one')
    expect(json).toMatchObject({ previousExpiresAt: expect.any(String) })
    expect((await again('one')).json).toEqual(json)
    clock.now = addSeconds(NOON, 61)
    expect((await again('one')).json).toEqual({ ...Object(json), previousExpiresAt: null })
    expect((await again('two')).json).toMatchObject({ previousExpiresAt: expect.any(String) })
    await send('POST', `${base}/secret/revoke-previous`, bearer(token))
    expect((await again('two')).json).toMatchObject({ previousExpiresAt: null })
  })
})
