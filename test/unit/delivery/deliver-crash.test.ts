import { afterEach, beforeEach, expect, it } from '@jest/globals'
import type { DeliveryDeps } from '../../../src/delivery/ports'
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
  const { endpoints, subscribers, deliveries, attempts, health, queue, send } = deps
  return {
    calls: () => calls,
    deps: {
      ...deps,
      endpoints: { load: guarded(endpoints.load) },
      subscribers: port(subscribers),
      deliveries: port(deliveries),
      attempts: port(attempts),
      health: port(health),
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
