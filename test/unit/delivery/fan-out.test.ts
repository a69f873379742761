import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { fanOut, subscribes } from '../../../src/delivery/fan-out'
import type { Queued } from '../../../src/delivery/ports'
import { deleteEndpoint } from '../../../src/rotation/delete'
import { drainUntil } from './held-answers'
import { actor, startWorld, tenantId, type World } from './world'

describe('an event', () => {
  let world: World
  beforeEach(async () => {
    world = await startWorld()
  })
  afterEach(() => world.close())

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

  it('is queued for each second to no more endpoints than its tenant can have served: four for each attempt at a time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => world.addEndpoint()))
    const sent: Queued[] = []
    const queue = { ...world.deps.queue, send: async (queued: readonly Queued[]) => void sent.push(...queued) }
    const event = { kind: 'event', id: 'evt_own', tenantId, type: 'order.paid', payload: 1 } as const
    await fanOut({ ...world.deps, attemptsPerTenant: 2, queue }, event)
    expect(sent.map(({ delaySeconds }) => delaySeconds)).toEqual([0, 1, 2].flatMap(s => Array(s < 2 ? 8 : 4).fill(s)))
  })

  it('is delayed by no more than the queue can keep, however many endpoints there are', async () => {
    const { endpoint } = await world.addEndpoint()
    const items = Array.from({ length: 5000 }, () => endpoint)
    const delays: number[] = []
    const queue = {
      ...world.deps.queue,
      send: async (queued: readonly Queued[]) => void delays.push(...queued.map(({ delaySeconds }) => delaySeconds)),
    }
    const subscribers = { list: async () => ({ items, next: null }) }
    const event = { kind: 'event', id: 'evt_own', tenantId, type: 'order.paid', payload: 1 } as const
    await fanOut({ ...world.deps, attemptsPerTenant: 1, subscribers, queue }, event)
    expect([delays.length, Math.max(...delays)]).toEqual([5000, 900])
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

describe('subscribes', () => {
  it.each([
    [[], 'order.paid', true],
    [['*'], 'order.paid', true],
    [['order.*'], 'order.paid', true],
    [['order.*'], 'orders.paid', false],
    [['order.paid'], 'order.paid', true],
    [['order.paid'], 'order.paid.late', false],
    [['order.sent', 'user.*'], 'order.paid', false],
  ])('%p and %p: %p', (eventTypes, type, expected) => {
    expect(subscribes(eventTypes, type)).toBe(expected)
  })
})
