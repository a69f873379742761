import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { redrive } from '../../../src/delivery/redrive'
import { sendAgain } from '../../../src/delivery/send-again'
import { deleteEndpoint } from '../../../src/rotation/delete'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { updateEndpoint } from '../../../src/rotation/update'
import { unhurried } from '../../support/suites/signals'
import { actor, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

/** An endpoint with a delivery in the dead-letter queue. It would take another one. */
async function withLetter(contract?: Contract): Promise<Endpoint> {
  const { endpoint } = await world.addEndpoint(contract)
  world.receiver.answer = response => response.writeHead(410).end()
  await world.publish('order.paid')
  await world.drain()
  await world.deps.health.resume({ tenantId, endpointId: endpoint.id, incarnation: endpoint.incarnation })
  return endpoint
}

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
    const none = { queued: 0, dropped: 0, gone: 0, paused: 0, nowhere: 0, sentAlready: 0, unreadable: 0 }
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
    const none = { queued: 0, dropped: 0, gone: 0, paused: 0, nowhere: 0, sentAlready: 0, unreadable: 0 }
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

  it('sends each delivery once, however often it comes back meanwhile', async () => {
    await withLetter()
    const unmounted = { ...world.deps, contracts: [] }
    const { deadLetterFeed } = world
    const receive: typeof deadLetterFeed.receive = async (seconds, signal) => {
      await world.drain(unmounted)
      return deadLetterFeed.receive(seconds, signal)
    }
    const deps = { ...world.deps, deadLetters: { ...deadLetterFeed, receive } }
    expect(await redrive(deps, unhurried)).toMatchObject({ queued: 1, sentAlready: 1 })
    expect(await redrive(deps, unhurried)).toMatchObject({ queued: 1, sentAlready: 1 })
  })

  it('drops the earlier letters of a delivery that was given up again', async () => {
    const { id: endpointId, incarnation } = await withLetter()
    const [failed] = await world.deps.deliveries.recent({ tenantId, endpointId }, 1)
    if (failed === undefined) throw new Error('there is no delivery')
    await sendAgain(world.deps, failed)
    await world.drain()
    await world.deps.health.resume({ tenantId, endpointId, incarnation })
    world.receiver.answer = response => response.end('ok')
    const deps = { ...world.deps, deadLetters: world.deadLetterFeed }
    expect(await redrive(deps, unhurried)).toMatchObject({ queued: 1, dropped: 1, sentAlready: 0 })
    await world.drain()
    expect(await world.deadLetters()).toEqual([])
    expect(await world.deps.deliveries.recent({ tenantId, endpointId }, 1)).toMatchObject([{ status: 'success' }])
  })

  it('leaves the letters of an endpoint without a URL until it has one', async () => {
    const endpoint = await withLetter(tumban)
    const changed = await updateEndpoint(world.rotation, { endpoint, actor, change: { url: null } })
    const deps = { ...world.deps, deadLetters: world.deadLetterFeed }
    expect(await redrive(deps, unhurried)).toMatchObject({ queued: 0, nowhere: 1 })
    await updateEndpoint(world.rotation, { endpoint: changed, actor, change: { url: world.receiver.url } })
    expect(await redrive(deps, unhurried)).toMatchObject({ queued: 1, nowhere: 0 })
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
