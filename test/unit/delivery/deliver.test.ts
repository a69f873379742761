import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { thesignup } from '../../../src/contracts/thesignup'
import { addSeconds } from '../../../src/core/instant'
import type { DeliveryDeps } from '../../../src/delivery/ports'
import { putBackDue } from '../../../src/delivery/put-back-due'
import { retrySchedule } from '../../../src/delivery/retry'
import { sendAgain } from '../../../src/delivery/send-again'
import { workQueue } from '../../../src/delivery/work-queue'
import { deleteEndpoint } from '../../../src/rotation/delete'
import { rotateSecret } from '../../../src/rotation/rotate'
import { drainUntil } from './held-answers'
import type { Received } from './receiver'
import { actor, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

function verifies(secret: string, { body, headers }: Received): boolean {
  try {
    // A receiver's headers are texts here.
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

describe('an event', () => {
  it('goes to each endpoint of its tenant that subscribes to its type and is active', async () => {
    await world.addEndpoint(undefined, { eventTypes: ['order.paid'] })
    await world.addEndpoint(undefined, { eventTypes: ['order.*'] })
    await world.addEndpoint(undefined, { eventTypes: [] })
    await world.addEndpoint(undefined, { eventTypes: ['user.created'] })
    await world.addEndpoint(undefined, { status: 'paused' })
    const { endpoint: gone } = await world.addEndpoint()
    await deleteEndpoint(world.rotation, { endpoint: gone, actor })
    await world.publish('order.paid', { total: 3 })
    await world.drain()
    expect(world.receiver.received).toHaveLength(3)
    expect(new Set(world.messageIds()).size).toBe(3)
    const expected = { type: 'order.paid', timestamp: '2026-11-21T12:00:00.000Z', data: { total: 3 } }
    expect(world.receiver.received.map(({ body }) => JSON.parse(body))).toEqual([expected, expected, expected])
  })

  it('reaches every endpoint of a large tenant, each once', async () => {
    await Promise.all(Array.from({ length: 52 }, () => world.addEndpoint()))
    await world.publish('order.paid')
    await drainUntil(world, 52)
    expect(new Set(world.messageIds()).size).toBe(52)
  })

  it('delivers nothing twice when it is published again under its id', async () => {
    await world.addEndpoint()
    await world.publish('order.paid', { total: 1 }, 'evt_own')
    await world.drain()
    await world.publish('order.paid', { total: 2 }, 'evt_own')
    await world.drain()
    expect(world.receiver.received.map(({ body }) => JSON.parse(body).data)).toEqual([{ total: 1 }])
  })

  it('may be put into the queue by the platform itself', async () => {
    await world.addEndpoint()
    const message = { kind: 'event', tenantId, type: 'order.paid', payload: [1] } as const
    await world.deps.queue.send([{ message, delaySeconds: 0 }])
    await world.drain()
    expect(world.receiver.received).toMatchObject([{ body: expect.stringContaining('"data":[1]') }])
  })
})

describe('a delivery', () => {
  it('is signed so that standardwebhooks and svix take it', async () => {
    const { secret } = await world.addEndpoint()
    world.useRealTime()
    await world.publish('order.paid')
    await world.drain()
    const [received] = world.receiver.received
    expect(received && verifies(secret, received)).toBe(true)
    const headers = received?.headers as Record<string, string>
    expect(new SvixWebhook(secret).verify(received?.body ?? '', headers)).toMatchObject({ type: 'order.paid' })
  })

  it('is signed with the keys that are live when it is sent, not when it was queued', async () => {
    const { endpoint, secret: first } = await world.addEndpoint()
    world.useRealTime()
    await world.publish('order.paid')
    const choice = { overlapSeconds: null, ownSecret: null, reason: null, forced: false }
    const request = { endpoint, contract: keyturn, actor, choice }
    const rotated = await rotateSecret(world.rotation, { ...request, idempotency: null })
    await world.drain()
    const [received] = world.receiver.received
    expect(received?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
    expect([first, rotated.secret.reveal()].map(secret => received && verifies(secret, received))).toEqual([true, true])
  })

  it('carries the endpoint’s own headers, but never instead of the delivery’s', async () => {
    const headers = { 'X-Team': 'orders', 'Webhook-Id': 'forged', 'User-Agent': 'forged' }
    await world.addEndpoint(undefined, { requestConfig: { timeoutMs: 5000, headers } })
    await world.publish('order.paid')
    await world.drain()
    expect(world.receiver.received[0]?.headers).toMatchObject({
      'x-team': 'orders',
      'webhook-id': expect.stringMatching(/^msg_/),
      'user-agent': 'Keyturn/1.0',
    })
  })

  it('waits for no more than the endpoint’s time limit', async () => {
    const { endpoint } = await world.addEndpoint(undefined, { requestConfig: { timeoutMs: 60, headers: {} } })
    world.receiver.answer = () => undefined
    await world.publish('order.paid')
    await world.drain()
    const lastStatus = { code: null, message: 'The receiver did not answer in time' }
    expect(await world.healthOf(endpoint)).toMatchObject({
      lastStatus,
      lastResponseTimeMs: null,
      avgResponseTimeMs: null,
    })
  })
})

describe('a delivery that fails', () => {
  it('is tried again by the schedule, under the same message id, until it succeeds', async () => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(503).end()
    await world.publish('order.paid')
    await world.drain()
    world.pass(4)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
    world.pass(1)
    await world.drain()
    expect(world.receiver.received).toHaveLength(2)
    world.receiver.answer = response => response.end('ok')
    world.pass(30)
    await world.drain()
    expect(world.messageIds()).toEqual(Array(3).fill(world.messageIds()[0]))
    expect(await world.healthOf(endpoint)).toMatchObject({
      consecutiveFailures: 0,
      deliveriesCount: 1,
      deliveriesSucceeded: 1,
      deliveriesFailed: 0,
      lastDeliveryStatus: 'success',
      lastSuccessAt: world.deps.now(),
      lastFailureAt: addSeconds(world.deps.now(), -30),
    })
  })

  it('waits out of the queue where the wait is long, until the sweep puts it back', async () => {
    await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(503, { 'retry-after': '3600' }).end()
    await world.publish('order.paid')
    await world.drain()
    world.pass(3599)
    expect(await putBackDue(world.deps, addSeconds(world.deps.now(), 60))).toMatchObject({ queued: 0, failed: 0 })
    world.pass(1)
    expect(await putBackDue(world.deps, addSeconds(world.deps.now(), 60))).toMatchObject({ queued: 1, failed: 0 })
    expect(await putBackDue(world.deps, addSeconds(world.deps.now(), 60))).toMatchObject({ queued: 0, failed: 0 })
    await world.drain()
    expect(world.receiver.received).toHaveLength(2)
  })

  it('goes to the dead-letter queue after the schedule, and can be sent again from there', async () => {
    const { endpoint } = await world.addEndpoint(undefined)
    world.receiver.answer = response => response.writeHead(500).end()
    await world.publish('order.paid')
    await world.drain()
    for (const seconds of retrySchedule) {
      world.pass(seconds)
      await putBackDue(world.deps, addSeconds(world.deps.now(), 60))
      await world.drain()
    }
    expect(world.receiver.received).toHaveLength(11)
    const [dead = '', ...others] = await world.deadLetters()
    expect(others).toEqual([])
    const { messageId } = JSON.parse(dead)
    const given = await world.deps.deliveries.load({ tenantId, messageId })
    expect(given).toMatchObject({
      status: 'failed',
      attemptCount: 11,
      dlqAt: world.deps.now(),
      lastResponseStatus: 500,
    })
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1, consecutiveFailures: 11 })
    world.receiver.answer = response => response.end('ok')
    if (given !== null) await sendAgain(world.deps, given)
    await world.drain()
    expect(world.messageIds()).toEqual(Array(12).fill(messageId))
    expect(await world.deps.deliveries.load({ tenantId, messageId })).toMatchObject({ status: 'success', dlqAt: null })
  })

  it('pauses its endpoint at once where the receiver is gone', async () => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('order.paid')
    await world.drain()
    const health = await world.healthOf(endpoint)
    expect(health).toMatchObject({ pausedAt: world.deps.now(), pausedReason: 'The receiver answered 410 Gone' })
    await world.publish('order.paid')
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
  })

  it('pauses its endpoint at the limit of failures in a row, and a resume lets it go on', async () => {
    const { endpoint } = await world.addEndpoint()
    const deps = { ...world.deps, pauseAfterFailures: 3 }
    world.receiver.answer = response => response.writeHead(500).end()
    for (let count = 0; count < 5; count += 1) await world.publish('order.paid')
    for (let batch = 0; batch < 5; batch += 1) await world.drain(deps)
    expect(await world.healthOf(endpoint)).toMatchObject({ pausedReason: expect.stringMatching(/in a row failed$/) })
    const before = world.receiver.received.length
    await world.publish('order.paid')
    world.pass(5)
    await world.drain(deps)
    expect(world.receiver.received).toHaveLength(before)
    const { id: endpointId, incarnation } = endpoint
    await world.deps.health.resume({ tenantId, endpointId, incarnation })
    expect(await world.healthOf(endpoint)).toMatchObject({ pausedAt: null, pausedReason: null, consecutiveFailures: 0 })
    world.receiver.answer = response => response.end('ok')
    await world.publish('order.paid')
    await world.drain(deps)
    expect(world.receiver.received).toHaveLength(before + 1)
  })

  it('counts what the contract takes for success', async () => {
    const { endpoint } = await world.addEndpoint(featurebase)
    world.receiver.answer = response => response.writeHead(206).end()
    await world.publish('post.created')
    await world.drain()
    expect(await world.healthOf(endpoint)).toMatchObject({ consecutiveFailures: 1, lastStatus: { code: 206 } })
  })
})

describe('a queue message that cannot be worked on', () => {
  it('is told by its error without what that might quote, and comes again', async () => {
    const quoted = 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0'
    const said: object[] = []
    const deps: DeliveryDeps = {
      ...world.deps,
      subscribers: { list: () => Promise.reject(new Error(`no access with ${quoted}`)) },
      log: { info: () => undefined, error: (message, fields) => said.push({ message, ...fields }) },
    }
    const body = JSON.stringify({ kind: 'event', tenantId, type: 'order.paid', payload: 1 })
    expect(await workQueue(deps, [{ messageId: 'q_1', body }])).toEqual(['q_1'])
    const error = { error: 'Error', errorMessage: 'no access with […]' }
    expect(said).toEqual([{ message: 'a queue message failed', queueMessageId: 'q_1', ...error }])
  })
})

describe('attempts', () => {
  it('are recorded with status, duration and keys, and without payload and secret', async () => {
    const { endpoint, secret } = await world.addEndpoint(thesignup)
    world.receiver.answer = response => response.writeHead(500).end('broken')
    await world.publish('signup.created', { name: 'a person' })
    await world.drain()
    const { items } = await world.deps.attempts.list({ tenantId, endpointId: endpoint.id }, { limit: 10, after: null })
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^att_/),
        messageId: world.messageIds()[0],
        eventType: 'signup.created',
        kind: 'delivery',
        number: 1,
        at: world.deps.now(),
        durationMs: expect.any(Number),
        status: 500,
        error: 'status',
        response: 'broken',
        keyIds: [endpoint.ring.keys[0].id],
      },
    ])
    expect(JSON.stringify(items)).not.toContain('a person')
    expect(JSON.stringify(items)).not.toContain(secret.slice(6))
  })

  it('are recorded before what came of them is stored, so that a process that dies then leaves nothing unlisted', async () => {
    const { endpoint } = await world.addEndpoint()
    const { attempts, deliveries } = world.deps
    const order: string[] = []
    const noted = async <Result>(name: string, call: Promise<Result>): Promise<Result> => {
      order.push(name)
      return call.finally(() => order.push(`${name} done`))
    }
    await world.publish('order.paid')
    await world.drain({
      ...world.deps,
      attempts: { ...attempts, record: (...args) => noted('record', attempts.record(...args)) },
      deliveries: { ...deliveries, save: (...args) => noted('save', deliveries.save(...args)) },
    })
    expect(order).toEqual(['record', 'record done', 'save', 'save done'])
    expect(await deliveries.recent({ tenantId, endpointId: endpoint.id }, 10)).toHaveLength(1)
  })
})
