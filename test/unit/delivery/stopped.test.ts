import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { tumban } from '../../../src/contracts/tumban'
import { addSeconds } from '../../../src/core/instant'
import type { Delivery } from '../../../src/delivery/delivery'
import type { Queued } from '../../../src/delivery/ports'
import { sendAgain } from '../../../src/delivery/send-again'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { updateEndpoint } from '../../../src/rotation/update'
import { actor, attemptsPerTenant, startWorld, tenantId, type World } from './world'

// An event that was accepted is never forgotten: where no attempt can be made, its delivery is stopped.

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

function change(endpoint: Endpoint, status: 'active' | 'paused'): Promise<Endpoint> {
  return updateEndpoint(world.rotation, { endpoint, actor, change: { status } })
}

function listed({ id: endpointId }: Endpoint): Promise<readonly Delivery[]> {
  return world.deps.deliveries.recent({ tenantId, endpointId }, 100)
}

/** Keyturn pauses the endpoint, whose receiver is gone. */
async function pausedByKeyturn(): Promise<Endpoint> {
  const { endpoint } = await world.addEndpoint()
  world.receiver.answer = response => response.writeHead(410).end()
  await world.publish('order.paid')
  await world.drain()
  world.receiver.answer = response => response.end('ok')
  world.receiver.received.length = 0
  return endpoint
}

it('a delivery that finds no slot for a day is stopped and listed, and is delivered when it is sent again', async () => {
  const { endpoint } = await world.addEndpoint()
  const { leases, queue, now } = world.deps
  const address = { tenantId, endpointId: endpoint.id }
  const asked = { address, now: now(), until: addSeconds(now(), 60), mostOfTenant: attemptsPerTenant }
  for (const slot of [0, 1, 2, 3, 4]) await leases.acquire({ ...asked, messageId: `msg_${slot}` })
  await world.publish('order.paid')
  const waited: typeof queue.send = messages => queue.send(messages.map(afterWaits))
  await world.drain({ ...world.deps, queue: { ...queue, send: waited } })
  expect(world.receiver.received).toEqual([])
  const errorMessage = 'No attempt was free for a day'
  const [stopped] = await listed(endpoint)
  expect(stopped).toMatchObject({ status: 'failed', errorMessage, attemptCount: 0 })
  world.pass(61)
  if (stopped !== undefined) await sendAgain(world.deps, stopped)
  await world.drain()
  expect(world.receiver.received).toHaveLength(1)
  expect(await listed(endpoint)).toMatchObject([{ status: 'success' }])
})

/** As it comes after a day in which it found no slot. */
function afterWaits(queued: Queued): Queued {
  const { message } = queued
  return message.kind === 'delivery' ? { ...queued, message: { ...message, waits: 2880 } } : queued
}

describe('an event for an endpoint that is paused when it is fanned out', () => {
  it('is stopped where its owner paused it after the event', async () => {
    const { endpoint } = await world.addEndpoint()
    await world.publish('order.paid')
    world.pass(1)
    await change(endpoint, 'paused')
    await world.drain()
    expect(world.receiver.received).toEqual([])
    const errorMessage = 'The endpoint is paused'
    expect(await listed(endpoint)).toMatchObject([{ status: 'failed', errorMessage, attemptCount: 0, dlqAt: null }])
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1, lastDeliveryStatus: 'failed' })
  })

  it('makes no delivery where its owner had paused it before', async () => {
    const { endpoint } = await world.addEndpoint()
    const { endpoint: bornPaused } = await world.addEndpoint(undefined, { status: 'paused' })
    await change(endpoint, 'paused')
    world.pass(1)
    await world.publish('order.paid')
    await world.drain()
    expect([...(await listed(endpoint)), ...(await listed(bornPaused))]).toEqual([])
  })

  it('counts from the pause that holds: a second change to paused begins none', async () => {
    const { endpoint } = await world.addEndpoint()
    const paused = await change(endpoint, 'paused')
    world.pass(1)
    await world.publish('order.paid')
    world.pass(1)
    const again = await change(paused, 'paused')
    expect(again.pausedSince).toEqual(paused.pausedSince)
    await world.drain()
    expect(await listed(endpoint)).toEqual([])
    expect(await change(again, 'active')).toMatchObject({ resumedAt: expect.any(Date) })
  })

  it('makes no delivery where the pause was over by then, but held at the event', async () => {
    const { endpoint } = await world.addEndpoint()
    const published = []
    for (const status of ['paused', 'active'] as const) {
      published.push(await world.publish('order.paid'))
      world.pass(1)
      const stored = await world.deps.endpoints.load({ tenantId, endpointId: endpoint.id })
      await change(stored ?? endpoint, status)
      world.pass(1)
    }
    published.push(await world.publish('order.paid'))
    await world.drain()
    const delivered = (await listed(endpoint)).map(({ eventId }) => eventId)
    expect(new Set(delivered)).toEqual(new Set([published[0], published[2]]))
  })

  it('is delivered where it was resumed, though the index still has it as paused', async () => {
    const { endpoint } = await world.addEndpoint(undefined, { status: 'paused' })
    const { subscribers } = world.deps
    const stale = await subscribers.list(tenantId, { limit: 10, after: null })
    await change(endpoint, 'active')
    await world.publish('order.paid')
    await world.drain({ ...world.deps, subscribers: { list: async () => stale } })
    expect(world.receiver.received).toHaveLength(1)
  })

  it('is stopped where Keyturn has paused it, once, however often its message comes', async () => {
    const endpoint = await pausedByKeyturn()
    world.pass(60)
    await world.publish('order.sent', 1, 'evt_1')
    await world.drain()
    await world.publish('order.sent', 1, 'evt_1')
    await world.drain()
    const [stopped, ...others] = await listed(endpoint)
    const errorMessage = 'Keyturn has paused the endpoint'
    expect(stopped).toMatchObject({ eventId: 'evt_1', status: 'failed', errorMessage, createdAt: world.deps.now() })
    expect(others).toHaveLength(1)
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 2 })
    expect(world.receiver.received).toEqual([])
  })

  it('is sent again where a resume came while it was being stopped', async () => {
    const endpoint = await pausedByKeyturn()
    const { id: endpointId, incarnation } = endpoint
    const { deliveries, health } = world.deps
    await world.publish('order.sent')
    await world.drain({
      ...world.deps,
      deliveries: {
        ...deliveries,
        save: async (...change) => {
          await health.resume({ tenantId, endpointId, incarnation })
          return deliveries.save(...change)
        },
      },
    })
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
  })
})

describe('an event', () => {
  it('is stopped at an endpoint that has no URL', async () => {
    const { endpoint } = await world.addEndpoint(tumban, { url: null })
    await world.publish('scan.done')
    await world.drain()
    expect(await listed(endpoint)).toMatchObject([{ status: 'failed', errorMessage: 'The endpoint has no URL' }])
  })

  it('is not for an endpoint that was made after it', async () => {
    const at = world.deps.now()
    world.pass(60)
    const { endpoint } = await world.addEndpoint()
    await world.deps.queue.send([
      { message: { kind: 'event', tenantId, type: 'order.paid', at: at.toISOString(), payload: 1 }, delaySeconds: 0 },
      {
        message: { kind: 'event', tenantId, type: 'order.sent', at: addSeconds(at, 61).toISOString(), payload: 1 },
        delaySeconds: 0,
      },
    ])
    await world.drain()
    expect(await listed(endpoint)).toMatchObject([{ eventType: 'order.sent', status: 'success' }])
  })
})
