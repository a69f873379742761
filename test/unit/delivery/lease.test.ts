import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { addSeconds } from '../../../src/core/instant'
import { rotateSecret } from '../../../src/rotation/rotate'
import { answerAll, drainUntil, holdAnswers, opened, slow } from './held-answers'
import { actor, attemptsPerTenant, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('attempts', () => {
  it('at one endpoint are never more than five at a time, and no delivery is lost for it', async () => {
    const { endpoint } = await world.addEndpoint(undefined, slow)
    const held = holdAnswers(world)
    const lanes: Promise<void>[] = []
    for (let count = 1; count <= 5; count += 1) {
      await world.publish('order.paid')
      lanes.push(world.drain())
      await opened(world, count)
    }
    for (let count = 0; count < 7; count += 1) await world.publish('order.paid')
    await world.drain()
    expect(world.receiver.received).toHaveLength(5)
    await answerAll(world, { held, lanes })
    await drainUntil(world, 12)
    expect(world.receiver.open.most).toBe(5)
    expect(new Set(world.messageIds()).size).toBe(12)
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesCount: 12, deliveriesSucceeded: 12 })
  })

  it('that waited for a slot are signed with the keys of then, not with those that were read before', async () => {
    const { endpoint } = await world.addEndpoint()
    await world.publish('order.paid')
    await world.drain()
    world.pass(1)
    const { leases, now } = world.deps
    const address = { tenantId, endpointId: endpoint.id }
    const until = addSeconds(now(), 60)
    const asked = { address, now: now(), until, mostOfTenant: attemptsPerTenant }
    const taken = await Promise.all([0, 1, 2, 3, 4].map(slot => leases.acquire({ ...asked, messageId: `msg_${slot}` })))
    await world.publish('order.paid')
    const acquire: typeof leases.acquire = async request => {
      const outcome = await leases.acquire(request)
      if (outcome.kind !== 'busy') return outcome
      const choice = { overlapSeconds: 0, reason: null, ownSecret: null, forced: false }
      await rotateSecret(world.rotation, { endpoint, contract: keyturn, actor, choice, idempotency: null })
      for (const each of taken) if (each.kind === 'granted') await leases.release(each.lease)
      return outcome
    }
    await world.drain({ ...world.deps, leases: { ...leases, acquire } })
    const { items } = await world.deps.attempts.list(address, { limit: 10, after: null })
    const rotated = await world.deps.endpoints.load(address)
    expect(items).toHaveLength(2)
    expect(items[0]?.keyIds).toEqual([rotated?.ring.keys[0].id])
    expect(items[0]?.keyIds).not.toEqual(items[1]?.keyIds)
  })

  it('wait for leases that were never given back no longer than these last', async () => {
    const { endpoint } = await world.addEndpoint()
    const address = { tenantId, endpointId: endpoint.id }
    const { leases, now } = world.deps
    const until = addSeconds(now(), 20)
    for (let slot = 0; slot < 5; slot += 1) {
      await leases.acquire({ address, messageId: `msg_${slot}`, now: now(), until, mostOfTenant: attemptsPerTenant })
    }
    await world.publish('order.paid')
    await world.drain()
    expect(world.receiver.received).toHaveLength(0)
    world.pass(21)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
  })
})

describe('a tenant', () => {
  it('has so many attempts at all its endpoints at a time, proven or not; those of other tenants go on beside', async () => {
    const endpoints = []
    for (let index = 0; index < 15; index += 1) {
      endpoints.push((await world.addEndpoint(undefined, { ...slow, eventTypes: [`silent.${index}`] })).endpoint)
    }
    await world.addEndpoint(undefined, {}, 'org_2')
    for (let index = 0; index < 15; index += 2) await world.publish(`silent.${index}`)
    await world.drain()
    const proven = world.receiver.received.length
    expect(proven).toBe(8)
    const held = holdAnswers(world, 'silent.')
    const lanes: Promise<void>[] = []
    for (let index = 0; index < attemptsPerTenant; index += 1) {
      await world.publish(`silent.${index}`)
      lanes.push(world.drain())
      await opened(world, index + 1)
    }
    for (let index = attemptsPerTenant; index < 15; index += 1) await world.publish(`silent.${index}`)
    await world.publish('order.paid', 1, undefined, 'org_2')
    await world.drain()
    expect(held).toHaveLength(attemptsPerTenant)
    expect(world.receiver.received).toHaveLength(proven + attemptsPerTenant + 1)
    await answerAll(world, { held, lanes })
    await drainUntil(world, proven + 16)
    expect(new Set(world.messageIds()).size).toBe(proven + 16)
  })
})
