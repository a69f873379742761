import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { featurebase } from '../../../src/contracts/featurebase'
import { storno } from '../../../src/contracts/storno'
import { thesignup } from '../../../src/contracts/thesignup'
import { addSeconds } from '../../../src/core/instant'
import { newDelivery, nextAttempt } from '../../../src/delivery/delivery'
import type { Queued } from '../../../src/delivery/ports'
import { putBackDue } from '../../../src/delivery/put-back-due'
import { redrive } from '../../../src/delivery/redrive'
import { retrySchedule } from '../../../src/delivery/retry'
import { sendAgain } from '../../../src/delivery/send-again'
import { deleteEndpoint } from '../../../src/rotation/delete'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { updateEndpoint } from '../../../src/rotation/update'
import { actor, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('a delivery that fails', () => {
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

  it('pauses its endpoint by time: at the first failure a day after the first, however many were between', async () => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(503, { 'retry-after': '43200' }).end()
    for (let count = 0; count < 30; count += 1) {
      await world.publish('order.paid')
      await world.drain()
    }
    const since = world.deps.now()
    expect(await world.healthOf(endpoint)).toMatchObject({
      consecutiveFailures: 30,
      failingSince: since,
      pausedAt: null,
    })
    world.pass(24 * 3600 - 1)
    await world.publish('order.paid')
    await world.drain()
    expect(await world.healthOf(endpoint)).toMatchObject({
      consecutiveFailures: 31,
      failingSince: since,
      pausedAt: null,
    })
    world.pass(1)
    await world.publish('order.paid')
    await world.drain()
    const pausedReason = 'Every attempt has failed for 24 hours'
    expect(await world.healthOf(endpoint)).toMatchObject({ pausedAt: world.deps.now(), pausedReason })
  })

  it('counts that time anew after a success', async () => {
    const { endpoint } = await world.addEndpoint()
    const fail = async () => {
      world.receiver.answer = response => response.writeHead(503, { 'retry-after': '43200' }).end()
      await world.publish('order.paid')
      await world.drain()
    }
    await fail()
    world.pass(23 * 3600)
    world.receiver.answer = response => response.end('ok')
    await world.publish('order.paid')
    await world.drain()
    expect(await world.healthOf(endpoint)).toMatchObject({ failingSince: null, consecutiveFailures: 0 })
    world.pass(2 * 3600)
    await fail()
    expect(await world.healthOf(endpoint)).toMatchObject({ failingSince: world.deps.now(), pausedAt: null })
  })

  it('pauses its endpoint once a second delivery in a row has used up its schedule', async () => {
    const { endpoint } = await world.addEndpoint(storno)
    world.receiver.answer = response => response.writeHead(500).end()
    const useUp = async () => {
      await world.publish('invoice.paid')
      await world.drain()
      for (const seconds of retrySchedule.slice(0, 3)) {
        world.pass(seconds)
        await world.drain()
      }
    }
    await useUp()
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1, usedUpInRow: 1, pausedAt: null })
    await useUp()
    const pausedReason = '2 deliveries in a row used up all their attempts'
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 2, usedUpInRow: 2, pausedReason })
  })

  it('pauses its endpoint at a limit of failures in a row where one is configured, and a resume lets it go on', async () => {
    const { endpoint } = await world.addEndpoint()
    const deps = { ...world.deps, pauseRule: { afterHours: 24, afterFailures: 3 } }
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
    world.receiver.answer = response => response.writeHead(500).end()
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

describe('a delivery of which nothing is stored yet', () => {
  it('is attempted by what its message says, and stored with its attempt; published again, it is delivered no second time', async () => {
    const { endpoint } = await world.addEndpoint()
    await world.publish('order.paid', 1, 'evt_1')
    await world.publish('order.paid', 1, 'evt_1')
    await world.drain()
    world.pass(29 * 24 * 3600)
    await world.publish('order.paid', 1, 'evt_1')
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
    const [messageId] = world.messageIds()
    expect(await world.deps.deliveries.recent({ tenantId, endpointId: endpoint.id }, 10)).toMatchObject([
      { messageId, eventId: 'evt_1', status: 'success', attemptCount: 1 },
    ])
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesCount: 1, deliveriesSucceeded: 1 })
  })

  it('takes five requests to the table, and its event two', async () => {
    await world.addEndpoint()
    await world.publish('order.paid')
    await world.drain()
    const names: string[] = []
    const { middlewareStack } = world.table.client
    const noted = { name: 'note', step: 'initialize' } as const
    middlewareStack.add(
      (next, { commandName = '' }) =>
        args => (names.push(commandName), next(args)),
      noted,
    )
    await world.publish('order.paid')
    await world.drain()
    const ofEvent = ['PutItemCommand', 'QueryCommand']
    const ofDelivery = ['BatchGetItemCommand', 'UpdateItemCommand', 'BatchWriteItemCommand']
    const lastTwo = ['UpdateItemCommand', 'UpdateItemCommand']
    expect(names.toSorted()).toEqual([...ofEvent, ...ofDelivery, ...lastTwo].toSorted())
    expect(world.receiver.received).toHaveLength(2)
  })

  it('is delivered from the dead-letter queue where every process died before its first write', async () => {
    await world.addEndpoint()
    const letters: string[] = []
    await world.publish('order.paid')
    await world.drain({ ...world.deps, queue: { ...world.deps.queue, send: async queued => keep(letters, queued) } })
    expect(letters).toHaveLength(1)
    for (const letter of letters) await world.sendDeadLetter(letter)
    const deps = { ...world.deps, deadLetters: world.deadLetterFeed }
    expect(await redrive(deps, new AbortController().signal)).toMatchObject({ queued: 1, dropped: 0 })
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
  })

  it('is stored by messages of before, which do not say what it is made of', async () => {
    const { endpoint } = await world.addEndpoint()
    const { id: endpointId, incarnation: incarnationOf } = endpoint
    const at = world.deps.now()
    const event = { tenantId, id: 'evt_1', type: 'order.paid', at, payload: 1 }
    await world.deps.deliveries.keepEvent(event, at)
    const delivery = newDelivery({ endpointId, incarnationOf, messageId: 'msg_1' }, event, at)
    await world.deps.deliveries.save(delivery, null)
    const { record: _, ...message } = nextAttempt(delivery)
    const unknown = { ...message, messageId: 'msg_2' }
    await world.deps.queue.send([message, unknown].map(each => ({ message: each, delaySeconds: 0 })))
    await world.drain()
    expect(world.messageIds()).toEqual(['msg_1'])
  })

  function keep(letters: string[], queued: readonly Queued[]): void {
    letters.push(...queued.map(({ message }) => JSON.stringify(message)))
  }
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
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1, lastDeliveryStatus: 'failed' })
  })

  it('is listed, counted and sent again like any other that failed, if it never had an attempt', async () => {
    const { endpoint } = await world.addEndpoint()
    const address = { tenantId, endpointId: endpoint.id }
    await publishedBeforePause(endpoint)
    const listed = await world.deps.deliveries.recent(address, 10)
    expect(listed).toMatchObject([{ status: 'failed', attemptCount: 0, dlqAt: null }])
    expect((await world.deps.attempts.list(address, { limit: 10, after: null })).items).toEqual([])
    const counted = { deliveriesCount: 0, deliveriesFailed: 1, lastDeliveryStatus: 'failed', lastStatus: null }
    expect(await world.healthOf(endpoint)).toMatchObject(counted)
    await resume(endpoint)
    const [stopped] = listed
    if (stopped !== undefined) await sendAgain(world.deps, stopped)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
    expect(await world.deps.deliveries.recent(address, 10)).toMatchObject([{ status: 'success', attemptCount: 1 }])
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesCount: 1, deliveriesSucceeded: 1 })
  })

  it('counts once however often its message comes, and makes no letter', async () => {
    const { endpoint } = await world.addEndpoint()
    await publishedBeforePause(endpoint)
    const [{ messageId } = { messageId: '' }] = await world.deps.deliveries.recent(
      { tenantId, endpointId: endpoint.id },
      1,
    )
    const message = { kind: 'delivery', tenantId, endpointId: endpoint.id, messageId, attempt: 0, waits: 0 } as const
    await world.deps.queue.send([{ message, delaySeconds: 0 }])
    await world.drain()
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1 })
    expect(await world.deadLetters()).toEqual([])
  })

  /** An event is on its way to the endpoint when Keyturn pauses it, before any attempt. */
  async function publishedBeforePause(endpoint: Endpoint): Promise<void> {
    const { id: endpointId, incarnation } = endpoint
    const life = { tenantId, endpointId, incarnation }
    const { health, now } = world.deps
    await health.countUnattempted({ ...life, incarnation: 'inc_before' }, now())
    await health.beginLife(life, 'inc_before')
    await health.pause(life, { at: now(), reason: 'gone' })
    await world.publish('order.paid')
    await world.drain()
  }

  async function resume({ id: endpointId, incarnation }: Endpoint): Promise<void> {
    await world.deps.health.resume({ tenantId, endpointId, incarnation })
  }
})
