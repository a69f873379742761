import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { type Api, startApi } from './api'
import { startWorld, tenantId, type World } from './world'

let world: World
let api: Api
beforeEach(async () => {
  world = await startWorld()
  api = startApi(world)
})
afterEach(() => world.close())

function life({ id: endpointId, incarnation }: Endpoint) {
  return { tenantId, endpointId, incarnation }
}

async function pause(endpoint: Endpoint): Promise<void> {
  const { health, now } = world.deps
  const asked = { life: life(endpoint), messageId: 'msg_0', now: now(), until: now(), whenPaused: 'allow' } as const
  const answer = await health.acquire(asked)
  if (answer.kind === 'granted') await health.release(answer.lease)
  await health.pause(life(endpoint), { at: now(), reason: 'too bad' })
}

describe('POST /v1/events', () => {
  it('202 and the event is delivered; with its own id once only', async () => {
    await world.addEndpoint()
    const key = await api.apiKey(keyturn, tenantId)
    const body = { type: 'order.paid', payload: { total: 3 }, id: 'evt_own' }
    const reply = await api.send({ method: 'POST', path: '/v1/events', key, body })
    expect([reply.status, reply.json]).toEqual([202, { id: 'evt_own' }])
    await api.send({ method: 'POST', path: '/v1/events', key, body })
    await world.drain()
    expect(world.receiver.received.map(({ body: sent }) => JSON.parse(sent).data)).toEqual([{ total: 3 }])
  })

  it.each([
    [400, { payload: {} }, 'type'],
    [400, { type: 'order.paid' }, 'payload'],
    [400, { type: 'order paid', payload: {} }, 'type'],
    [400, { type: 'order.paid', payload: {}, id: 'a#b' }, 'id'],
    [400, { type: 'order.paid', payload: {}, extra: 1 }, 'extra'],
    [400, { type: 'order.paid', payload: {}, tenantId: 'org_2' }, 'tenantId'],
  ])('%i for %j, naming %s', async (status, body, path) => {
    const key = await api.apiKey(keyturn, tenantId)
    const reply = await api.send({ method: 'POST', path: '/v1/events', key, body })
    expect(reply).toMatchObject({ status, json: { code: 'invalid-request', errors: [{ path }] } })
  })

  it('202 for a payload of 200 KiB, 413 for one byte more', async () => {
    const key = await api.apiKey(keyturn, tenantId)
    const send = (characters: number) =>
      api.send({ method: 'POST', path: '/v1/events', key, body: { type: 'a', payload: 'x'.repeat(characters) } })
    expect((await send(200 * 1024 - 2)).status).toBe(202)
    expect(await send(200 * 1024 - 1)).toMatchObject({ status: 413, json: { code: 'payload-too-large' } })
    expect((await send(600 * 1024)).status).toBe(413)
  })

  it('403 without the permission events:write', async () => {
    const key = await api.apiKey(keyturn, tenantId, ['endpoints:write'])
    const reply = await api.send({ method: 'POST', path: '/v1/events', key, body: { type: 'a', payload: 1 } })
    expect(reply).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
  })
})

describe('a test delivery', () => {
  it('200 with what the receiver answered, recorded and counted towards nothing', async () => {
    const { endpoint } = await world.addEndpoint()
    const key = await api.apiKey(keyturn, tenantId)
    world.receiver.answer = response =>
      response.writeHead(500, { server: 'nginx', 'set-cookie': 'a=b' }).end('x'.repeat(9000))
    const path = `/v1/endpoints/${endpoint.id}/test`
    const reply = await api.send({ method: 'POST', path, key, body: { eventType: 'order.paid' } })
    expect(reply).toMatchObject({
      status: 200,
      json: {
        delivered: false,
        eventType: 'order.paid',
        responseStatus: 500,
        responseBody: 'x'.repeat(4096),
        errorMessage: 'The receiver answered 500',
        keyIds: [endpoint.ring.keys[0].id],
      },
    })
    expect(reply.json['responseHeaders']).toMatchObject({ server: 'nginx' })
    expect(reply.json['responseHeaders']).not.toHaveProperty('set-cookie')
    expect(await world.deps.health.load(life(endpoint))).toMatchObject({ consecutiveFailures: 0, deliveriesCount: 0 })
    const attempts = await api.send({ method: 'GET', path: `/v1/endpoints/${endpoint.id}/attempts`, key })
    expect(attempts.json).toMatchObject({ data: [{ kind: 'test', status: 500 }], nextCursor: null })
  })

  it('reaches a paused endpoint', async () => {
    const { endpoint } = await world.addEndpoint(undefined, { status: 'paused' })
    await pause(endpoint)
    const key = await api.apiKey(keyturn, tenantId)
    const reply = await api.send({ method: 'POST', path: `/v1/endpoints/${endpoint.id}/test`, key })
    expect(reply.json).toMatchObject({ delivered: true, eventType: 'webhook.test', responseStatus: 200 })
  })

  it('429 while five attempts are under way', async () => {
    const { endpoint } = await world.addEndpoint()
    const { health, now } = world.deps
    for (let slot = 0; slot < 5; slot += 1) {
      const until = addSeconds(now(), 60)
      await health.acquire({ life: life(endpoint), messageId: `msg_${slot}`, now: now(), until, whenPaused: 'allow' })
    }
    const key = await api.apiKey(keyturn, tenantId)
    const reply = await api.send({ method: 'POST', path: `/v1/endpoints/${endpoint.id}/test`, key })
    expect(reply).toMatchObject({ status: 429, json: { code: 'endpoint-busy' } })
    expect(reply.headers.get('retry-after')).toBe('1')
  })

  it('200 at TheSignup and Storno in their own shapes', async () => {
    const { endpoint: signup } = await world.addEndpoint(thesignup)
    const signupKey = await api.apiKey(thesignup, tenantId)
    const tested = await api.send({ method: 'POST', path: `/webhooks/${signup.id}/test`, key: signupKey })
    expect(tested.json).toEqual({
      delivered: true,
      responseStatus: 200,
      responseBody: 'ok',
      errorMessage: null,
      latencyMs: expect.any(Number),
    })
    const company = '5704a000-0000-4000-8000-00000000c001'
    const { endpoint } = await world.addEndpoint(storno, {}, company)
    const request = {
      method: 'POST',
      path: `/api/v1/webhooks/${endpoint.id}/test`,
      key: await api.apiKey(storno, company),
      headers: { 'X-Company': company },
    }
    const { json } = await api.send({ ...request, body: { eventType: 'invoice.paid' } })
    expect(json).toMatchObject({
      status: 'success',
      eventType: 'invoice.paid',
      responseStatus: 200,
      responseBody: 'ok',
    })
    expect(json['requestPayload']).toMatchObject({ id: json['deliveryUuid'], event: 'invoice.paid' })
    expect(json['requestHeaders']).toMatchObject({
      'user-agent': 'Storno-Webhook/1.0',
      'x-webhook-event': 'invoice.paid',
      'x-webhook-id': json['deliveryUuid'],
      'x-webhook-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect((await api.send({ ...request, headers: {} })).status).toBe(400)
  })
})

describe('deliveries', () => {
  it('are listed newest first and sent again once they failed: TheSignup', async () => {
    const { endpoint } = await world.addEndpoint(thesignup)
    const key = await api.apiKey(thesignup, tenantId)
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('signup.created')
    await world.drain()
    await world.deps.health.resume(life(endpoint))
    world.receiver.answer = response => response.end('ok')
    world.pass(60)
    await world.publish('signup.changed')
    await world.drain()
    const list = (query = '') => api.send({ method: 'GET', path: `/webhooks/${endpoint.id}/deliveries${query}`, key })
    const [changed, created] = (await list()).json['data'] as unknown as readonly Record<string, unknown>[]
    expect(changed).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      eventType: 'signup.changed',
      status: 'delivered',
      attemptCount: 1,
      lastResponseStatus: 200,
      errorMessage: null,
      createdAt: '2026-11-21T12:01:00Z',
      deliveredAt: '2026-11-21T12:01:00Z',
      dlqAt: null,
    })
    expect(created).toMatchObject({ eventType: 'signup.created', status: 'failed', dlqAt: '2026-11-21T12:00:00Z' })
    expect((await list('?limit=1')).json['data']).toHaveLength(1)
    expect((await list('?limit=200')).status).toBe(200)
    expect((await list('?limit=201')).status).toBe(400)
    expect((await list('?limit=0')).status).toBe(400)
    const replay = (id: unknown, with_ = key) =>
      api.send({ method: 'POST', path: `/webhooks/deliveries/${String(id)}/replay`, key: with_ })
    const replayed = await replay(created?.['id'])
    expect([replayed.status, replayed.json]).toEqual([200, { id: created?.['id'], status: 'pending' }])
    await world.drain()
    expect((await list()).json['data']).toMatchObject([{}, { status: 'delivered', attemptCount: 2, dlqAt: null }])
    expect((await replay(created?.['id'])).json).toMatchObject({ status: 'delivered' })
  })

  it('409 while the endpoint is paused, by Keyturn or by its owner, and the delivery stays failed', async () => {
    const { endpoint } = await world.addEndpoint(thesignup)
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('signup.created')
    await world.drain()
    const failed = await onlyDelivery()
    const key = await api.apiKey(keyturn, tenantId)
    const path = `/v1/deliveries/${failed?.messageId}/send-again`
    const again = () => api.send({ method: 'POST', path, key })
    expect(await again()).toMatchObject({ status: 409, json: { code: 'endpoint-paused' } })
    const ownKey = await api.apiKey(thesignup, tenantId)
    const replay = `/webhooks/deliveries/${failed?.messageId}/replay`
    const replayed = await api.send({ method: 'POST', path: replay, key: ownKey })
    expect(replayed).toMatchObject({ status: 409, json: { code: 'conflict', errors: [], cause: {} } })
    const patch = { method: 'PATCH', path: `/v1/endpoints/${endpoint.id}`, key }
    await api.send({ ...patch, body: { status: 'active' } })
    await api.send({ ...patch, body: { status: 'paused' } })
    expect(await again()).toMatchObject({ status: 409, json: { code: 'endpoint-paused' } })
    expect(await onlyDelivery()).toEqual(failed)
    await api.send({ ...patch, body: { status: 'active' } })
    expect(await again()).toMatchObject({ status: 202, json: { status: 'pending' } })
  })

  it('409 while the endpoint has no URL', async () => {
    const { endpoint } = await world.addEndpoint(tumban)
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('order.paid')
    await world.drain()
    const key = await api.apiKey(keyturn, tenantId)
    const body = { status: 'active', url: null }
    await api.send({ method: 'PATCH', path: `/v1/endpoints/${endpoint.id}`, key, body })
    const path = `/v1/deliveries/${(await onlyDelivery())?.messageId}/send-again`
    const again = await api.send({ method: 'POST', path, key })
    expect(again).toMatchObject({ status: 409, json: { code: 'endpoint-without-url' } })
  })

  it('404 with the same bytes for a delivery that is malformed, unknown, another tenant’s or another contract’s', async () => {
    await world.addEndpoint(featurebase)
    await world.publish('post.created')
    await world.drain()
    const key = await api.apiKey(thesignup, tenantId)
    const foreign = await api.apiKey(keyturn, 'org_2')
    const { messageId } = (await onlyDelivery()) ?? {}
    const ids = ['7e519000-0000-4000-8000-0000000000aa', 'x'.repeat(65), messageId]
    const replies = await Promise.all(
      ids.map(id => api.send({ method: 'POST', path: `/webhooks/deliveries/${id}/replay`, key })),
    )
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(new Set(replies.map(({ json }) => JSON.stringify(json))).size).toBe(1)
    expect(replies[0]?.json['detail']).toBe('There is no such delivery.')
    const path = `/v1/deliveries/${messageId}/send-again`
    expect((await api.send({ method: 'POST', path, key: foreign })).status).toBe(404)
    const own = await api.apiKey(keyturn, tenantId)
    expect((await api.send({ method: 'POST', path, key: own })).json).toMatchObject({
      id: messageId,
      status: 'success',
    })
  })

  async function onlyDelivery() {
    const { items } = await world.deps.subscribers.list(tenantId, { limit: 1, after: null })
    const [delivery] = await world.deps.deliveries.recent({ tenantId, endpointId: items[0]?.id ?? '' }, 1)
    return delivery
  }
})

describe('health in replies', () => {
  it('is live in Featurebase’s rotate reply', async () => {
    const { endpoint } = await world.addEndpoint(featurebase)
    await world.publish('post.created')
    await world.drain()
    world.receiver.answer = response => response.writeHead(503).end()
    await world.publish('post.created')
    await world.drain()
    const key = await api.apiKey(featurebase, tenantId)
    const { json } = await api.send({ method: 'POST', path: `/v2/webhooks/${endpoint.id}/secret`, key })
    const lastResponseTime = expect.any(Number)
    expect(json['health']).toEqual({
      avgResponseTime: expect.any(Number),
      consecutiveFailures: 1,
      errorsSinceLastSuccess: 1,
      lastResponseTime,
      lastSuccessAt: '2026-11-21T12:00:00.000Z',
    })
    expect(json['lastStatus']).toEqual({
      code: 503,
      message: 'The receiver answered 503',
      timestamp: '2026-11-21T12:00:00.000Z',
    })
    expect(json['status']).toBe('active')
  })

  it('is Featurebase’s paused when the owner paused it, and suspended when Keyturn did', async () => {
    const key = await api.apiKey(featurebase, tenantId)
    const statusOf = async ({ id }: Endpoint) =>
      (await api.send({ method: 'POST', path: `/v2/webhooks/${id}/secret`, key })).json['status']
    const { endpoint } = await world.addEndpoint(featurebase)
    await pause(endpoint)
    expect(await statusOf(endpoint)).toBe('suspended')
    const { endpoint: stopped } = await world.addEndpoint(featurebase, { status: 'paused' })
    expect(await statusOf(stopped)).toBe('paused')
    const own = await api.apiKey(keyturn, tenantId)
    await api.send({ method: 'PATCH', path: `/v1/endpoints/${endpoint.id}`, key: own, body: { status: 'active' } })
    expect(await statusOf(endpoint)).toBe('active')
  })

  it('shows a pause by Keyturn like one by the owner, and status active ends both', async () => {
    const { endpoint } = await world.addEndpoint(thesignup)
    await pause(endpoint)
    const signupKey = await api.apiKey(thesignup, tenantId)
    const { json } = await api.send({ method: 'POST', path: `/webhooks/${endpoint.id}/rotate`, key: signupKey })
    expect(json['endpoint']).toMatchObject({
      paused: true,
      pausedReason: 'too bad',
      pausedAt: '2026-11-21T12:00:00Z',
      consecutiveFailures: 0,
    })
    const key = await api.apiKey(keyturn, tenantId)
    const path = `/v1/endpoints/${endpoint.id}`
    expect((await api.send({ method: 'GET', path, key })).json['status']).toBe('paused')
    const listed = await api.send({ method: 'GET', path: '/v1/endpoints', key })
    expect(listed.json['data']).toMatchObject([{ status: 'paused' }])
    const renamed = await api.send({ method: 'PATCH', path, key, body: { name: 'new' } })
    expect(renamed.json['status']).toBe('paused')
    const resumed = await api.send({ method: 'PATCH', path, key, body: { status: 'active' } })
    expect(resumed.json['status']).toBe('active')
    expect((await api.send({ method: 'GET', path: `${path}/health`, key })).json).toMatchObject({
      status: 'active',
      pausedAt: null,
      pausedReason: null,
    })
  })

  it('counts failures anew after a rotation at TeamBattles, and goes on counting elsewhere', async () => {
    world.receiver.answer = response => response.writeHead(500).end()
    const owner = 'user:alice'
    const { endpoint } = await world.addEndpoint(teambattles, {}, owner)
    const { endpoint: other } = await world.addEndpoint(featurebase)
    await world.publish('match.won', 1, undefined, owner)
    await world.publish('post.created')
    await world.drain()
    const key = await api.apiKey(teambattles, owner)
    await api.send({ method: 'POST', path: `/api/v1/webhooks/${endpoint.id}/rotate-secret`, key })
    const otherKey = await api.apiKey(featurebase, tenantId)
    await api.send({ method: 'POST', path: `/v2/webhooks/${other.id}/secret`, key: otherKey })
    const health = await world.deps.health.load({ ...life(endpoint), tenantId: owner })
    expect(health).toMatchObject({ consecutiveFailures: 0, errorsSinceLastSuccess: 1 })
    expect(await world.deps.health.load(life(other))).toMatchObject({ consecutiveFailures: 1 })
  })

  it('of an endpoint that was deleted is not its successor’s', async () => {
    const { endpoint } = await world.addEndpoint(thesignup)
    await pause(endpoint)
    const key = await api.apiKey(keyturn, tenantId)
    await api.send({ method: 'DELETE', path: `/v1/endpoints/${endpoint.id}`, key })
    const body = { contract: 'thesignup', id: endpoint.id, url: world.receiver.url }
    expect((await api.send({ method: 'POST', path: '/v1/endpoints', key, body })).status).toBe(201)
    const path = `/v1/endpoints/${endpoint.id}`
    expect((await api.send({ method: 'GET', path, key })).json['status']).toBe('active')
  })
})
