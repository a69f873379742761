import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { hostLookup } from '../../../src/delivery/host-lookup'
import { httpSender } from '../../../src/delivery/http-sender'
import type { DeliveryDeps } from '../../../src/delivery/ports'
import { testDelivery } from '../../../src/delivery/test-delivery'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { type DnsServer, startDnsServer } from './dns-server'
import { startWorld, tenantId, type World } from './world'

const clock = (): number => performance.now()

let world: World
let dns: DnsServer
let deps: DeliveryDeps
let endpoint: Endpoint
beforeEach(async () => {
  world = await startWorld()
  dns = await startDnsServer(() => 'silence')
  const lookup = hostLookup({ clock, servers: [dns.address], limitMs: 200 })
  deps = { ...world.deps, send: httpSender({ insecureTargets: 'on', clock, lookup }) }
  const url = world.receiver.url.replace('127.0.0.1', 'receiver.example')
  endpoint = (await world.addEndpoint(undefined, { url })).endpoint
})
afterEach(async () => {
  await dns.close()
  await world.close()
})

async function attempts() {
  const { items } = await deps.attempts.list({ tenantId, endpointId: endpoint.id }, { limit: 10, after: null })
  return items.map(({ number, error }) => ({ number, error }))
}

it('a delivery whose host name our resolver does not look up comes again, and nothing is counted', async () => {
  await world.publish('order.paid')
  await world.drain(deps)
  expect(await attempts()).toEqual([])
  expect(await world.healthOf(endpoint)).toMatchObject({ consecutiveFailures: 0, deliveriesCount: 0, pausedAt: null })
  dns.reply = () => ({ address: '127.0.0.1' })
  world.pass(61)
  await world.drain(deps)
  expect(await attempts()).toEqual([{ number: 1, error: null }])
})

it('a delivery whose host name has silent servers is a failed attempt of its endpoint', async () => {
  dns.reply = name => (name === 'receiver.example' ? 'silence' : 'no-such-name')
  await world.publish('order.paid')
  await world.drain(deps)
  expect(await attempts()).toEqual([{ number: 1, error: 'lookup-timeout' }])
  expect(await world.healthOf(endpoint)).toMatchObject({ consecutiveFailures: 1 })
})

it('a test delivery whose host name our resolver does not look up is unavailable, and recorded nowhere', async () => {
  const request = { endpoint, contract: keyturn, eventType: null }
  await expect(testDelivery(deps, request)).rejects.toMatchObject({ code: 'unavailable', status: 503 })
  expect(await attempts()).toEqual([])
})
