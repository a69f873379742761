import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { answerAll, drainUntil, holdAnswers, opened, slow } from './held-answers'
import { startWorld, tenantId, type World } from './world'

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
  it('has five attempts at them at a time; those at its prompt receivers and of other tenants go on beside', async () => {
    const { endpoint: prompt } = await world.addEndpoint(undefined, { eventTypes: ['good'] })
    await world.addEndpoint(undefined, {}, 'org_2')
    await world.publish('good')
    await world.drain()
    const silent = []
    for (let index = 1; index <= 12; index += 1) {
      silent.push((await world.addEndpoint(undefined, { ...slow, eventTypes: [`silent.${index}`] })).endpoint)
    }
    const held = holdAnswers(world, 'silent.')
    const lanes: Promise<void>[] = []
    for (let index = 1; index <= 5; index += 1) {
      await world.publish(`silent.${index}`)
      lanes.push(world.drain())
      await opened(world, index)
    }
    for (let index = 6; index <= 12; index += 1) await world.publish(`silent.${index}`)
    await world.publish('good')
    await world.publish('order.paid', 1, undefined, 'org_2')
    await world.drain()
    expect(held).toHaveLength(5)
    expect(world.receiver.received).toHaveLength(8)
    expect(await world.healthOf(prompt)).toMatchObject({ deliveriesSucceeded: 2 })
    const waiting = await Promise.all(silent.slice(5).map(endpoint => world.healthOf(endpoint)))
    expect(waiting.map(({ deliveriesCount }) => deliveriesCount)).toEqual(Array(7).fill(0))
    await answerAll(world, { held, lanes })
    await drainUntil(world, 15)
    expect(new Set(world.messageIds()).size).toBe(15)
  })
})
