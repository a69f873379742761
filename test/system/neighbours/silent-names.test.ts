import { expect, it } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import { hostLookup } from '../../../src/delivery/host-lookup'
import { httpSender } from '../../../src/delivery/http-sender'
import type { DeliveryDeps } from '../../../src/delivery/ports'
import type { EndpointSettings } from '../../../src/rotation/endpoint'
import { median } from '../../support/neighbours/compare'
import { startDnsServer } from '../../unit/delivery/dns-server'
import { startReceiver } from '../../unit/delivery/receiver'
import { startWorld, tenantId, type World } from '../../unit/delivery/world'

const clock = (): number => performance.now()
const hostile = 'org_2'
const seconds = 5
const lanes = 16
/** For the last arrivals, on a machine that is busy. */
const longestWaitMs = 60_000

interface Bed {
  readonly world: World
  readonly deps: DeliveryDeps
  /** When each of the healthy endpoint's events arrived. */
  readonly arrivals: number[]
}

/** Works on the queue in as many lanes as the local run has, until the returned function is called. */
function work({ world, deps }: Bed): () => Promise<void> {
  const end = new AbortController()
  const lane = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await world.drain(deps)
      await wait(200)
    }
  }
  const ended = Promise.all(Array.from({ length: lanes }, lane))
  return async () => {
    end.abort()
    await ended
  }
}

/** Publishes an event a second, and one of the other tenant half a second before each. Returns how long each took. */
async function publish({ world, arrivals }: Bed): Promise<readonly number[]> {
  const published: number[] = []
  for (let second = 0; second < seconds; second += 1) {
    await world.publish('order.paid', {}, undefined, hostile)
    await wait(500)
    published.push(clock())
    await world.publish('order.paid')
    await wait(500)
    world.pass(1)
  }
  const until = clock() + longestWaitMs
  while (arrivals.length < seconds && clock() < until) await wait(20)
  return published.map((at, index) => (arrivals[index] ?? Number.NaN) - at)
}

/** One healthy endpoint, ten of another tenant beside it, and whether the healthy one got everything at the first try. */
async function deliverBeside(bed: Bed, settings: (index: number) => Partial<EndpointSettings>) {
  const { world, deps, arrivals } = bed
  const { port } = new URL(world.receiver.url)
  const { endpoint } = await world.addEndpoint(undefined, { url: `http://good.example:${port}/` })
  for (let index = 0; index < 10; index += 1) await world.addEndpoint(undefined, settings(index), hostile)
  world.receiver.answer = response => {
    arrivals.push(clock())
    response.end('ok')
  }
  const end = work(bed)
  const took = await publish(bed)
  await end()
  const { items } = await deps.attempts.list({ tenantId, endpointId: endpoint.id }, { limit: 100, after: null })
  return {
    took,
    attempts: items.map(({ number, error }) => ({ number, error })),
    health: await world.healthOf(endpoint),
  }
}

/** Runs on a bed of its own, whose names are looked up at a server that answers for some names alone. */
async function onBed<Result>(run: (bed: Bed) => Promise<Result>): Promise<Result> {
  const world = await startWorld()
  const dns = await startDnsServer(name => {
    if (name.endsWith('silent.example')) return 'silence'
    return name === 'good.example' ? { address: '127.0.0.1' } : 'no-such-name'
  })
  const lookup = hostLookup({ clock, servers: [dns.address] })
  const deps = { ...world.deps, send: httpSender({ insecureTargets: 'on', clock, lookup }) }
  try {
    return await run({ world, deps, arrivals: [] })
  } finally {
    await dns.close()
    await world.close()
  }
}

it('ten endpoints whose name servers never answer hold up no other tenant’s, as if their receivers were silent', async () => {
  const silent = await startReceiver()
  silent.answer = () => undefined
  const requestConfig = { timeoutMs: 5000, headers: {} }
  const control = await onBed(bed => deliverBeside(bed, () => ({ url: silent.url, requestConfig })))
  await silent.close()
  const names = await onBed(bed => deliverBeside(bed, index => ({ url: `http://n${index}.silent.example/` })))
  const firstTries = Array.from({ length: seconds }, () => ({ number: 1, error: null }))
  expect(names.attempts).toEqual(firstTries)
  expect(names.health).toMatchObject({ pausedAt: null, errorsSinceLastSuccess: 0 })
  // With a pool of lookups that the silent names fill, none of it arrives while they are looked up.
  expect(median(names.took)).toBeLessThan(10 * median(control.took))
})
