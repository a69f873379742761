import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { DeliveryQueue } from '../../../src/delivery/ports'
import type { QueueMessage } from '../../../src/delivery/queue-message'
import { storeEndpoints } from '../../support/neighbours/stored-endpoints'
import { startWorld, tenantId, type World } from '../../unit/delivery/world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const endpoints = 1000

/** Lambda ends a function that works on what it has put into its own queue: after 16 rounds, the event is lost. */
it('an event for 1,000 endpoints is fanned out without a chain: no event goes back into the queue', async () => {
  const { table, rotation, deps } = world
  const settings = Array.from({ length: endpoints }, () => ({ url: world.receiver.url }))
  await storeEndpoints({ table, sealer: rotation.sealer }, { tenantId, settings, state: 'settled', now: deps.now })
  const queued: QueueMessage[] = []
  const send: DeliveryQueue['send'] = async messages => {
    queued.push(...messages.map(({ message }) => message))
    // Deliveries are counted, and not made.
    const rest = messages.filter(({ message }) => message.kind !== 'delivery')
    if (rest.length > 0) await deps.queue.send(rest)
  }
  await world.publish('order.paid')
  await world.drain({ ...deps, queue: { ...deps.queue, send } })
  const events = queued.filter(({ kind }) => kind === 'event')
  const receivers = new Set(queued.flatMap(message => (message.kind === 'delivery' ? [message.endpointId] : [])))
  expect(receivers.size).toBe(endpoints)
  expect(events.length).toBe(0)
})
