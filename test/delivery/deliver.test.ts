import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { featurebase } from '../../src/contracts/featurebase'
import { keyturn } from '../../src/contracts/keyturn'
import { thesignup } from '../../src/contracts/thesignup'
import { deleteEndpoint } from '../../src/endpoints/delete-endpoint'
import { updateEndpoint } from '../../src/endpoints/update-endpoint'
import type { DeliveryDeps } from '../../src/delivery/deps'
import { workQueue } from '../../src/delivery/work-queue'
import { putBackDue } from '../../src/delivery/put-back-due'
import { redrive } from '../../src/delivery/redrive'
import { retrySchedule } from '../../src/delivery/retry-schedule'
import { sendAgain } from '../../src/delivery/send-again'
import { addSeconds } from '../../src/rotation/instant'
import { rotateSecret } from '../../src/rotation/rotate-secret'
import type { Endpoint } from '../../src/endpoints/endpoint'
import { unhurried } from '../support/suites/signals'
import type { Received } from './receiver'
import { actor, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

function messageIds(): readonly unknown[] {
  return world.receiver.received.map(({ headers }) => headers['webhook-id'])
}

function healthOf({ id, incarnation }: Endpoint) {
  return world.deps.health.load({ tenantId, endpointId: id, incarnation })
}

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
    expect(new Set(messageIds()).size).toBe(3)
    const expected = { type: 'order.paid', timestamp: '2026-11-21T12:00:00.000Z', data: { total: 3 } }
    expect(world.receiver.received.map(({ body }) => JSON.parse(body))).toEqual([expected, expected, expected])
  })

  it('reaches every endpoint of a large tenant, each once', async () => {
    await Promise.all(Array.from({ length: 52 }, () => world.addEndpoint()))
    await world.publish('order.paid')
    await drainUntil(52)
    expect(new Set(messageIds()).size).toBe(52)
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
    expect(await healthOf(endpoint)).toMatchObject({ lastStatus, lastResponseTimeMs: null, avgResponseTimeMs: null })
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
    expect(messageIds()).toEqual(Array(3).fill(messageIds()[0]))
    expect(await healthOf(endpoint)).toMatchObject({
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
    expect(await healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1, consecutiveFailures: 11 })
    world.receiver.answer = response => response.end('ok')
    if (given !== null) await sendAgain(world.deps, given)
    await world.drain()
    expect(messageIds()).toEqual(Array(12).fill(messageId))
    expect(await world.deps.deliveries.load({ tenantId, messageId })).toMatchObject({ status: 'success', dlqAt: null })
  })

  it('pauses its endpoint at once where the receiver is gone', async () => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('order.paid')
    await world.drain()
    const health = await healthOf(endpoint)
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
    expect(await healthOf(endpoint)).toMatchObject({ pausedReason: expect.stringMatching(/in a row failed$/) })
    const before = world.receiver.received.length
    await world.publish('order.paid')
    world.pass(5)
    await world.drain(deps)
    expect(world.receiver.received).toHaveLength(before)
    const { id: endpointId, incarnation } = endpoint
    await world.deps.health.resume({ tenantId, endpointId, incarnation })
    expect(await healthOf(endpoint)).toMatchObject({ pausedAt: null, pausedReason: null, consecutiveFailures: 0 })
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
    expect(await healthOf(endpoint)).toMatchObject({ consecutiveFailures: 1, lastStatus: { code: 206 } })
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

describe('a redrive', () => {
  it('sends again what was given up, and leaves what it cannot read', async () => {
    await world.addEndpoint()
    const { id: endpointId, incarnation } = (await world.addEndpoint(thesignup)).endpoint
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('order.paid')
    await world.drain()
    await world.deps.queue.bury({ kind: 'event', tenantId, id: 'evt_dead', type: 'order.sent', payload: 1 })
    await world.sendDeadLetter('no JSON')
    await world.deps.health.resume({ tenantId, endpointId, incarnation })
    world.receiver.answer = response => response.end('ok')
    const deps = { ...world.deps, deadLetters: world.deadLetterFeed }
    const none = { queued: 0, dropped: 0, gone: 0, paused: 0, unreadable: 0 }
    // The keyturn endpoint is still paused.
    expect(await redrive(deps, unhurried)).toEqual({ ...none, queued: 2, paused: 1, unreadable: 1 })
    world.receiver.received.length = 0
    await world.drain()
    expect(world.receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual(
      expect.arrayContaining(['order.paid', 'order.sent']),
    )
    expect(await redrive(deps, unhurried)).toEqual({ ...none, paused: 1, unreadable: 1 })
  })

  it('leaves the letters of a paused endpoint until it is resumed, and at once then', async () => {
    const { endpoint } = await world.addEndpoint()
    const { endpoint: other } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('order.paid')
    await world.publish('order.sent')
    await world.drain()
    await updateEndpoint(world.rotation, { endpoint: other, actor, change: { status: 'paused' } })
    await world.deps.health.resume({ tenantId, endpointId: other.id, incarnation: other.incarnation })
    const deps = { ...world.deps, deadLetters: world.deadLetterFeed }
    const none = { queued: 0, dropped: 0, gone: 0, paused: 0, unreadable: 0 }
    world.logged.length = 0
    expect(await redrive(deps, unhurried)).toEqual({ ...none, paused: 4 })
    expect(world.logged).toEqual(Array(2).fill('an endpoint is paused: its dead letters stay'))
    const listed = () => world.deps.deliveries.recent({ tenantId, endpointId: endpoint.id }, 1)
    expect(await listed()).toMatchObject([{ status: 'failed', dlqAt: world.deps.now() }])
    await world.deps.health.resume({ tenantId, endpointId: endpoint.id, incarnation: endpoint.incarnation })
    world.receiver.answer = response => response.end('ok')
    expect(await redrive(deps, unhurried)).toEqual({ ...none, queued: 2, paused: 2 })
    await world.drain()
    expect(await listed()).toMatchObject([{ status: 'success' }])
  })

  it('drops the letters of a deleted endpoint and says so', async () => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(410).end()
    await world.publish('order.paid')
    await world.drain()
    await deleteEndpoint(world.rotation, { endpoint, actor })
    const deps = { ...world.deps, deadLetters: world.deadLetterFeed }
    expect(await redrive(deps, unhurried)).toMatchObject({ queued: 0, gone: 1, paused: 0 })
    expect(await redrive(deps, unhurried)).toMatchObject({ queued: 0, gone: 0, paused: 0 })
  })
})

describe('a delivery that is not sent any more', () => {
  it.each([
    [
      'was paused',
      'The endpoint is paused',
      1,
      (endpoint: Endpoint) => updateEndpoint(world.rotation, { endpoint, actor, change: { status: 'paused' } }),
    ],
    [
      'was deleted',
      'The endpoint was deleted',
      0,
      (endpoint: Endpoint) => deleteEndpoint(world.rotation, { endpoint, actor }),
    ],
  ])('fails without an attempt once the endpoint %s', async (_name, errorMessage, letters, change) => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(500).end()
    await world.publish('order.paid')
    await world.drain()
    await change(endpoint)
    world.pass(5)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
    const [delivery] = await world.deps.deliveries.recent({ tenantId, endpointId: endpoint.id }, 10)
    expect(delivery).toMatchObject({ status: 'failed', errorMessage, dlqAt: letters === 0 ? null : world.deps.now() })
    expect(await world.deadLetters()).toHaveLength(letters)
    expect(await healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1, lastDeliveryStatus: 'failed' })
  })

  it('is listed, counted and sent again like any other that failed, if it never had an attempt', async () => {
    const { endpoint } = await world.addEndpoint()
    const key = { tenantId, endpointId: endpoint.id }
    await publishedBeforePause(endpoint)
    const listed = await world.deps.deliveries.recent(key, 10)
    expect(listed).toMatchObject([{ status: 'failed', attemptCount: 0, dlqAt: world.deps.now() }])
    expect((await world.deps.attempts.list(key, { limit: 10, after: null })).items).toEqual([])
    const counted = { deliveriesCount: 0, deliveriesFailed: 1, lastDeliveryStatus: 'failed', lastStatus: null }
    expect(await healthOf(endpoint)).toMatchObject(counted)
    await resume(endpoint)
    const [stopped] = listed
    if (stopped !== undefined) await sendAgain(world.deps, stopped)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
    expect(await world.deps.deliveries.recent(key, 10)).toMatchObject([{ status: 'success', attemptCount: 1 }])
    expect(await healthOf(endpoint)).toMatchObject({ deliveriesCount: 1, deliveriesSucceeded: 1 })
  })

  it('counts once however often its message comes', async () => {
    const { endpoint } = await world.addEndpoint()
    await publishedBeforePause(endpoint)
    const [{ messageId } = { messageId: '' }] = await world.deps.deliveries.recent(
      { tenantId, endpointId: endpoint.id },
      1,
    )
    const message = { kind: 'delivery', tenantId, endpointId: endpoint.id, messageId, attempt: 0, waits: 0 } as const
    await world.deps.queue.send([{ message, delaySeconds: 0 }])
    await world.drain()
    expect(await healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1 })
    expect(await world.deadLetters()).toHaveLength(1)
  })

  /** An event is on its way to the endpoint when Keyturn pauses it, before any attempt. */
  async function publishedBeforePause(endpoint: Endpoint): Promise<void> {
    const { id: endpointId, incarnation } = endpoint
    const life = { tenantId, endpointId, incarnation }
    const { health, now } = world.deps
    const asked = { life, messageId: 'msg_before', now: now(), until: now(), whenPaused: 'allow' } as const
    const pauseNow = async (): Promise<void> => {
      const answer = await health.acquire(asked)
      if (answer.kind === 'granted') await health.release(answer.lease)
      await health.pause(life, { at: now(), reason: 'gone' })
    }
    const { endpoints } = world.deps
    await world.publish('order.paid')
    await world.drain({
      ...world.deps,
      endpoints: {
        load: async key => {
          await pauseNow()
          return endpoints.load(key)
        },
      },
    })
  }

  async function resume({ id: endpointId, incarnation }: Endpoint): Promise<void> {
    await world.deps.health.resume({ tenantId, endpointId, incarnation })
  }
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
        messageId: messageIds()[0],
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

  it('at one endpoint are never more than five at a time, and no delivery is lost for it', async () => {
    const { endpoint } = await world.addEndpoint(undefined, slow)
    const held = holdAnswers()
    const lanes: Promise<void>[] = []
    for (let count = 1; count <= 5; count += 1) {
      await world.publish('order.paid')
      lanes.push(world.drain())
      await opened(count)
    }
    for (let count = 0; count < 7; count += 1) await world.publish('order.paid')
    await world.drain()
    expect(world.receiver.received).toHaveLength(5)
    await answerAll(held, lanes)
    await drainUntil(12)
    expect(world.receiver.open.most).toBe(5)
    expect(new Set(messageIds()).size).toBe(12)
    expect(await healthOf(endpoint)).toMatchObject({ deliveriesCount: 12, deliveriesSucceeded: 12 })
  })

  it('wait for leases that were never given back no longer than these last', async () => {
    const { endpoint } = await world.addEndpoint()
    const { id: endpointId, incarnation } = endpoint
    const { health, now } = world.deps
    const life = { tenantId, endpointId, incarnation }
    const until = addSeconds(now(), 20)
    for (let slot = 0; slot < 5; slot += 1) {
      await health.acquire({ life, messageId: `msg_${slot}`, now: now(), until, whenPaused: 'refuse' })
    }
    await world.publish('order.paid')
    await world.drain()
    expect(world.receiver.received).toHaveLength(0)
    world.pass(21)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
  })
})

describe('a tenant whose receivers never answered', () => {
  it('has five attempts at them at a time; those at its proven receivers and of other tenants go on beside', async () => {
    const { endpoint: proven } = await world.addEndpoint(undefined, { eventTypes: ['good'] })
    await world.addEndpoint(undefined, {}, 'org_2')
    await world.publish('good')
    await world.drain()
    const silent = []
    for (let index = 1; index <= 12; index += 1) {
      silent.push((await world.addEndpoint(undefined, { ...slow, eventTypes: [`silent.${index}`] })).endpoint)
    }
    const held = holdAnswers('silent.')
    const lanes: Promise<void>[] = []
    for (let index = 1; index <= 5; index += 1) {
      await world.publish(`silent.${index}`)
      lanes.push(world.drain())
      await opened(index)
    }
    for (let index = 6; index <= 12; index += 1) await world.publish(`silent.${index}`)
    await world.publish('good')
    await world.publish('order.paid', 1, undefined, 'org_2')
    await world.drain()
    expect(held).toHaveLength(5)
    expect(world.receiver.received).toHaveLength(8)
    expect(await healthOf(proven)).toMatchObject({ deliveriesSucceeded: 2 })
    const waiting = await Promise.all(silent.slice(5).map(healthOf))
    expect(waiting.map(({ deliveriesCount }) => deliveriesCount)).toEqual(Array(7).fill(0))
    await answerAll(held, lanes)
    await drainUntil(15)
    expect(new Set(messageIds()).size).toBe(15)
  })
})

/** A time limit that no test reaches. */
const slow = { requestConfig: { timeoutMs: 30_000, headers: {} } }

/** Keeps what the receiver would answer to events of types that begin so; every other is answered. */
function holdAnswers(type = ''): ServerResponse[] {
  const held: ServerResponse[] = []
  world.receiver.answer = (response, { body }) => {
    if (String(JSON.parse(body).type).startsWith(type)) held.push(response)
    else response.end('ok')
  }
  return held
}

async function answerAll(held: readonly ServerResponse[], lanes: readonly Promise<void>[]): Promise<void> {
  world.receiver.answer = response => response.end('ok')
  for (const response of held) response.end('ok')
  await Promise.all(lanes)
}

async function opened(count: number): Promise<void> {
  while (world.receiver.open.now < count) await wait(5)
}

/** Lets time pass until so many deliveries came. */
async function drainUntil(count: number): Promise<void> {
  for (let second = 0; second < 300 && world.receiver.received.length < count; second += 1) {
    world.pass(1)
    await world.drain(world.deps, 4)
  }
  expect(world.receiver.received).toHaveLength(count)
}
