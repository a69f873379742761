import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { DeliveryDeps } from '../../../src/delivery/ports'
import { addSeconds } from '../../../src/core/instant'
import { putBackDue } from '../../../src/delivery/put-back-due'
import { queueRecoveries } from '../../../src/delivery/queue-recoveries'
import { beginRecovery } from '../../../src/delivery/recover'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { startWorld, tenantId, type World } from './world'

// The process dies, within this one, at every call that working on the queue makes, before its effect or after.
// test/faults/deliveries.test.ts kills real processes, and shows that what is not given up arrives.

type When = 'before' | 'after'

/** The deps of a process that dies at its `fatal`-th call: from then on nothing it does has an effect. */
function dying(deps: DeliveryDeps, fatal: number, when: When): { deps: DeliveryDeps; calls: () => number } {
  let calls = 0
  let dead = false
  const die = (): never => {
    dead = true
    throw new Error('the process died')
  }
  const guarded =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      calls += 1
      const isFatal = calls === fatal
      if (dead || (isFatal && when === 'before')) die()
      const result = await call(...args)
      if (dead || isFatal) die()
      return result
    }
  const port = <Port extends object>(whole: Port): Port =>
    // Every member of a port is an asynchronous function.
    Object.fromEntries(Object.entries(whole).map(([name, call]) => [name, guarded(call)])) as Port
  const { endpoints, subscribers, deliveries, attempts, health, leases, recoveries, queue, send } = deps
  return {
    calls: () => calls,
    deps: {
      ...deps,
      endpoints: { load: guarded(endpoints.load) },
      subscribers: port(subscribers),
      deliveries: port(deliveries),
      attempts: port(attempts),
      health: port(health),
      leases: port(leases),
      recoveries: port(recoveries),
      queue: port(queue),
      send: guarded(send),
    },
  }
}

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

async function callsOf(work: (deps: DeliveryDeps) => Promise<void>): Promise<number> {
  const { deps, calls } = dying(world.deps, Infinity, 'before')
  await work(deps)
  return calls()
}

const pauseRule = { afterHours: 24, afterFailures: null }
const whens: readonly When[] = ['before', 'after']

it('is in the dead-letter queue once it was given up whenever the process dies', async () => {
  const { endpoint } = await world.addEndpoint()
  const deps = { ...world.deps, pauseRule }
  world.receiver.answer = response => response.writeHead(410).end()
  const resume = (): Promise<void> => {
    return world.deps.health.resume({ tenantId, endpointId: endpoint.id, incarnation: endpoint.incarnation })
  }
  await world.publish('order.paid', 1)
  const most = await callsOf(whole => world.drain({ ...whole, pauseRule }))
  await resume()
  await world.deadLetters()
  for (const when of whens) {
    for (let fatal = 1; fatal <= most; fatal += 1) {
      await world.publish('order.paid', 1)
      await world.drain(dying(deps, fatal, when).deps).catch(() => undefined)
      world.pass(61)
      await world.drain(deps)
      await resume()
      expect({ fatal, when, dead: (await world.deadLetters()).length > 0 }).toEqual({ fatal, when, dead: true })
    }
  }
})

it('is listed, to be sent again, once its endpoint’s pause stopped it, whenever the process dies', async () => {
  const endpoint = await pausedEndpoint()
  const address = { tenantId, endpointId: endpoint.id }
  await world.publish('order.paid', 1)
  const most = await callsOf(whole => world.drain(whole))
  for (const when of whens) {
    for (let fatal = 1; fatal <= most; fatal += 1) {
      const id = `evt_${when}_${fatal}`
      world.pass(1)
      await world.publish('order.paid', 1, id)
      await world.drain(dying(world.deps, fatal, when).deps).catch(() => undefined)
      world.pass(61)
      await world.drain()
      const [stopped] = await world.deps.deliveries.recent(address, 1)
      expect({ fatal, when, stopped }).toMatchObject({ fatal, when, stopped: { eventId: id, status: 'failed' } })
    }
  }
})

it('is sent again by a recovery whenever the process dies', async () => {
  const endpoint = await pausedEndpoint()
  const life = { tenantId, endpointId: endpoint.id, incarnation: endpoint.incarnation }
  const stopOne = async (id: string): Promise<void> => {
    await world.deps.health.pause(life, { at: world.deps.now(), reason: 'gone' })
    await world.publish('order.paid', id, id)
    await world.drain()
    await world.deps.health.resume(life)
    world.receiver.received.length = 0
    await beginRecovery(world.deps, life, addSeconds(world.deps.now(), -1))
  }
  await stopOne('evt_first')
  const most = await callsOf(whole => world.drain(whole))
  for (const when of whens) {
    for (let fatal = 1; fatal <= most; fatal += 1) {
      const id = `evt_${when}_${fatal}`
      await stopOne(id)
      await world.drain(dying(world.deps, fatal, when).deps).catch(() => undefined)
      const until = addSeconds(world.deps.now(), 3600)
      const arrived = (): boolean => world.receiver.received.some(({ body }) => JSON.parse(body).data === id)
      for (let minute = 0; minute < 4 && !arrived(); minute += 1) {
        world.pass(61)
        await queueRecoveries({ ...world.deps, store: world.rotation.store }, until)
        await putBackDue(world.deps, until)
        await world.drain()
      }
      expect({ fatal, when, arrived: arrived() }).toEqual({ fatal, when, arrived: true })
    }
  }
})

async function pausedEndpoint(): Promise<Endpoint> {
  const { endpoint } = await world.addEndpoint()
  world.receiver.answer = response => response.writeHead(410).end()
  await world.publish('order.paid', 1)
  await world.drain()
  world.receiver.answer = response => response.end('ok')
  return endpoint
}
