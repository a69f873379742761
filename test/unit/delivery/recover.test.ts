import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import { addSeconds } from '../../../src/core/instant'
import { attemptSlots } from '../../../src/delivery/lease'
import { queueRecoveries } from '../../../src/delivery/queue-recoveries'
import { beginRecovery } from '../../../src/delivery/recover'
import { deleteEndpoint } from '../../../src/rotation/delete'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { updateEndpoint } from '../../../src/rotation/update'
import { actor, attemptsPerTenant, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const lifeOf = ({ id: endpointId, incarnation }: Endpoint) => ({ tenantId, endpointId, incarnation })

/** The totals of what the receiver got. */
function totals(): readonly number[] {
  return world.receiver.received.map(({ body }) => Number(Object(JSON.parse(body).data).total))
}

async function pausedEndpoint(): Promise<Endpoint> {
  const { endpoint } = await world.addEndpoint()
  await pause(endpoint)
  return endpoint
}

async function pause(endpoint: Endpoint): Promise<void> {
  world.receiver.answer = response => response.writeHead(410).end()
  await world.publish('order.paid', { total: -1 })
  await world.drain()
  world.receiver.answer = response => response.end('ok')
  world.receiver.received.length = 0
  expect(await world.healthOf(endpoint)).toMatchObject({ pausedAt: world.deps.now() })
}

/** One event a second. */
async function publishMany(count: number): Promise<void> {
  for (let total = 0; total < count; total += 1) {
    world.pass(1)
    await world.publish('order.sent', { total })
    await world.drain()
  }
}

async function sweepOnce(): Promise<number> {
  const deps = { ...world.deps, store: world.rotation.store }
  const queued = await queueRecoveries(deps, addSeconds(world.deps.now(), 60))
  await world.drain()
  return queued
}

describe('recover', () => {
  it('sends again what failed and what was stopped since, oldest first, once', async () => {
    const endpoint = await pausedEndpoint()
    const since = world.deps.now()
    await publishMany(12)
    await world.deps.health.resume(lifeOf(endpoint))
    expect(await beginRecovery(world.deps, lifeOf(endpoint), since)).toBe(13)
    await world.drain()
    expect(
      totals()
        .slice()
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 13 }, (_, index) => index - 1))
    for (const [index, total] of totals().entries()) expect(Math.abs(index - 1 - total)).toBeLessThan(2 * attemptSlots)
    expect(await beginRecovery(world.deps, lifeOf(endpoint), since)).toBe(0)
    expect(await world.deps.recoveries.load(lifeOf(endpoint))).toMatchObject({ backlog: null, dueAt: null })
    const listed = await world.deps.deliveries.recent({ tenantId, endpointId: endpoint.id }, 20)
    expect(listed.map(({ status }) => status)).toEqual(Array(13).fill('success'))
  })

  it('leaves what failed before', async () => {
    const endpoint = await pausedEndpoint()
    await publishMany(3)
    await world.deps.health.resume(lifeOf(endpoint))
    expect(await beginRecovery(world.deps, lifeOf(endpoint), world.deps.now())).toBe(1)
    await world.drain()
    expect(totals()).toEqual([2])
  })

  it('has no more under way at a time than the endpoint has slots', async () => {
    const endpoint = await pausedEndpoint()
    const since = world.deps.now()
    const all = 30
    for (let total = 0; total < all; total += 1) await world.publish('order.sent', { total })
    await world.drain()
    await world.deps.health.resume(lifeOf(endpoint))
    let underWay = 0
    let most = 0
    world.receiver.answer = response => {
      underWay += 1
      most = Math.max(most, underWay)
      setTimeout(() => {
        underWay -= 1
        response.end('ok')
      }, 200)
    }
    expect(await beginRecovery(world.deps, lifeOf(endpoint), since)).toBe(all + 1)
    await world.drain()
    expect(new Set(totals()).size).toBe(all + 1)
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(attemptSlots)
  })

  it('waits for its tenant’s slots, and keeps the order', async () => {
    const endpoint = await pausedEndpoint()
    const since = world.deps.now()
    await publishMany(8)
    await world.deps.health.resume(lifeOf(endpoint))
    const { leases, now } = world.deps
    const until = addSeconds(now(), 30)
    const others = await Promise.all(
      Array.from({ length: attemptsPerTenant }, (_, index) => {
        const address = { tenantId, endpointId: `ep_other_${index}` }
        return leases.acquire({ address, messageId: 'msg_0', now: now(), until, mostOfTenant: attemptsPerTenant })
      }),
    )
    const freed = setTimeout(() => {
      for (const { lease } of others.flatMap(each => (each.kind === 'granted' ? each : []))) void leases.release(lease)
    }, 300)
    await beginRecovery(world.deps, lifeOf(endpoint), since)
    const sleep = () => wait(50)
    await world.drain({ ...world.deps, sleep })
    clearTimeout(freed)
    expect(totals()).toHaveLength(9)
    for (const [index, total] of totals().entries()) expect(Math.abs(index - 1 - total)).toBeLessThan(2 * attemptSlots)
  })

  it('goes on in another turn when its time is over, and leaves the turn after the tenth to the sweep', async () => {
    const endpoint = await pausedEndpoint()
    const since = world.deps.now()
    await publishMany(15)
    await world.deps.health.resume(lifeOf(endpoint))
    world.receiver.answer = response => {
      world.pass(6)
      response.end('ok')
    }
    await beginRecovery(world.deps, lifeOf(endpoint), since)
    await world.drain()
    const before = world.receiver.received.length
    expect(before).toBeGreaterThanOrEqual(10)
    for (let minute = 0; minute < 10 && world.receiver.received.length < 16; minute += 1) await sweepOnce()
    expect(new Set(totals()).size).toBe(16)
    expect(totals()).toHaveLength(16)
  })

  it('is taken up by the sweep where its message was lost', async () => {
    const endpoint = await pausedEndpoint()
    await publishMany(3)
    await world.deps.health.resume(lifeOf(endpoint))
    const queue = { ...world.deps.queue, send: () => Promise.reject(new Error('the process died')) }
    const since = addSeconds(world.deps.now(), -60)
    await expect(beginRecovery({ ...world.deps, queue }, lifeOf(endpoint), since)).rejects.toThrow('the process died')
    expect(await sweepOnce()).toBe(0)
    world.pass(120)
    expect(await sweepOnce()).toBe(1)
    expect(new Set(totals())).toEqual(new Set([-1, 0, 1, 2]))
  })

  it('stops where Keyturn pauses the endpoint, and loses nothing', async () => {
    const endpoint = await pausedEndpoint()
    const since = world.deps.now()
    await publishMany(20)
    await world.deps.health.resume(lifeOf(endpoint))
    world.receiver.answer = response => response.writeHead(410).end()
    await beginRecovery(world.deps, lifeOf(endpoint), since)
    await world.drain()
    expect(world.receiver.received.length).toBeLessThanOrEqual(attemptSlots)
    world.receiver.answer = response => response.end('ok')
    world.receiver.received.length = 0
    world.pass(3600)
    await sweepOnce()
    expect(new Set(totals().filter(total => total >= 0)).size).toBe(20)
  })

  it('sends nothing to an endpoint that was deleted, and forgets it', async () => {
    const endpoint = await pausedEndpoint()
    await publishMany(2)
    await world.deps.health.resume(lifeOf(endpoint))
    await beginRecovery(world.deps, lifeOf(endpoint), addSeconds(world.deps.now(), -60))
    await deleteEndpoint(world.rotation, { endpoint, actor })
    await world.drain()
    world.pass(3600)
    expect(await sweepOnce()).toBe(0)
    expect(world.receiver.received).toEqual([])
    expect(await world.deps.recoveries.load(lifeOf(endpoint))).toMatchObject({ dueAt: null })
  })
})

describe('an endpoint that Keyturn has paused', () => {
  it('gets a test an hour, which counts towards nothing while it fails', async () => {
    const endpoint = await pausedEndpoint()
    const before = await world.healthOf(endpoint)
    world.receiver.answer = response => response.writeHead(500).end()
    world.pass(3599)
    expect(await sweepOnce()).toBe(0)
    for (let hour = 1; hour <= 3; hour += 1) {
      world.pass(hour === 1 ? 1 : 3600)
      expect([await sweepOnce(), await sweepOnce()]).toEqual([1, 0])
      expect(world.receiver.received).toHaveLength(hour)
    }
    expect(JSON.parse(world.receiver.received[0]?.body ?? '')).toMatchObject({ type: 'webhook.test' })
    expect(await world.healthOf(endpoint)).toEqual(before)
    const page = { limit: 10, after: null }
    const { items } = await world.deps.attempts.list({ tenantId, endpointId: endpoint.id }, page)
    expect(items.map(({ kind }) => kind)).toEqual(['test', 'test', 'test', 'delivery'])
  })

  it('is resumed by a test that succeeds, and what was stopped meanwhile is sent again, oldest first', async () => {
    const endpoint = await pausedEndpoint()
    await publishMany(12)
    world.pass(3600)
    await sweepOnce()
    const resumed = { pausedAt: null, pausedReason: null, consecutiveFailures: 0, failingSince: null }
    expect(await world.healthOf(endpoint)).toMatchObject(resumed)
    const [first, ...others] = world.receiver.received
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ type: 'webhook.test' })
    const sent = others.map(({ body }) => Number(JSON.parse(body).data.total)).filter(total => total >= 0)
    expect(sent.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index))
    for (const [index, total] of sent.entries()) expect(Math.abs(index - total)).toBeLessThan(2 * attemptSlots)
    await publishMany(1)
    expect(world.receiver.received).toHaveLength(1 + others.length + 1)
    world.pass(7200)
    expect(await sweepOnce()).toBe(0)
  })

  it('waits for the next hour where the test fails for our own sake', async () => {
    const endpoint = await pausedEndpoint()
    world.pass(3600)
    await queueRecoveries({ ...world.deps, store: world.rotation.store }, addSeconds(world.deps.now(), 60))
    await world.drain({ ...world.deps, openKey: () => Promise.reject(new Error('KMS is away')) })
    expect(world.logged).toContain('a paused endpoint could not be tested')
    world.pass(3599)
    expect(await sweepOnce()).toBe(0)
    world.pass(1)
    expect(await sweepOnce()).toBe(1)
    expect(await world.healthOf(endpoint)).toMatchObject({ pausedAt: null })
  })

  it('gets no test while its owner has paused it as well, and one within an hour after', async () => {
    const endpoint = await pausedEndpoint()
    const paused = await updateEndpoint(world.rotation, { endpoint, actor, change: { status: 'paused' } })
    world.pass(3600)
    expect(await sweepOnce()).toBe(0)
    expect(world.receiver.received).toEqual([])
    await updateEndpoint(world.rotation, { endpoint: paused, actor, change: { status: 'active' } })
    world.pass(3600)
    expect(await sweepOnce()).toBe(1)
    expect(await world.healthOf(endpoint)).toMatchObject({ pausedAt: null })
  })

  it('gets its first test after the next event where it was paused before tests were planned', async () => {
    const endpoint = await pausedEndpoint()
    const { dueAt } = (await world.deps.recoveries.load(lifeOf(endpoint))) ?? { dueAt: null }
    await world.deps.recoveries.postpone(lifeOf(endpoint), { from: dueAt, to: null })
    world.pass(7200)
    expect(await sweepOnce()).toBe(0)
    await publishMany(1)
    world.pass(3600)
    expect(await sweepOnce()).toBe(1)
    expect(await world.healthOf(endpoint)).toMatchObject({ pausedAt: null })
  })
})
