import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { unsignableEndpoints } from '../../../local/unsignable-endpoints'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { standardDelivery } from '../../../src/contracts/defaults'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { teambattles } from '../../../src/contracts/teambattles'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { bodyOf, ownHeaders } from '../../../src/delivery/signed-request'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { revokePreviousKeys } from '../../../src/rotation/revoke'
import { rotateSecret } from '../../../src/rotation/rotate'
import { noon } from '../../support/suites/sample-endpoint'
import type { Received } from './receiver'
import { signersOf } from './signers'
import { actor, startWorld, tenantId, type World } from './world'

const day = 24 * 60 * 60

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

async function load({ id: endpointId }: Endpoint): Promise<Endpoint> {
  const endpoint = await world.rotation.store.load({ tenantId, endpointId })
  if (endpoint === null) throw new Error('the endpoint is gone')
  return endpoint
}

async function rotate(contract: Contract, of: Endpoint): Promise<string> {
  const choice = { overlapSeconds: null, ownSecret: null, reason: null, forced: false }
  const endpoint = await load(of)
  const { secret } = await rotateSecret(world.rotation, { endpoint, contract, actor, choice, idempotency: null })
  world.pass(1)
  return secret.reveal()
}

/** Who signed the delivery of one new event, newest secret first. */
async function signers(contract: Contract, secrets: readonly string[]): Promise<readonly number[]> {
  world.receiver.received.length = 0
  await world.publish('thing.happened', { text: 'ünïcode' })
  await world.drain()
  const [received] = world.receiver.received
  return received === undefined ? [] : signersOf(contract.name, received, secrets)
}

// Exactly the keys that are live when a delivery is sent sign it, the newest first.
describe('the keys that sign a delivery', () => {
  it.each<{ readonly contract: Contract; readonly expected: readonly (readonly number[])[] }>([
    { contract: tumban, expected: [[0], [1], [2], [2]] },
    { contract: thesignup, expected: [[0], [1, 0], [2, 1, 0], [2]] },
    { contract: storno, expected: [[0], [1], [2], [2]] },
    { contract: featurebase, expected: [[0], [1], [2], [2]] },
    { contract: teambattles, expected: [[0], [1, 0], [2, 1, 0], [2]] },
    { contract: keyturn, expected: [[0], [1, 0], [2, 1, 0], [2]] },
  ])('$contract.name: at first, after one rotation, after two, after the overlap', async ({ contract, expected }) => {
    const { endpoint, secret } = await world.addEndpoint(contract)
    const secrets = [secret]
    const seen = [await signers(contract, secrets)]
    secrets.push(await rotate(contract, endpoint))
    seen.push(await signers(contract, secrets))
    secrets.push(await rotate(contract, endpoint))
    seen.push(await signers(contract, secrets))
    world.pass(day)
    seen.push(await signers(contract, secrets))
    expect(seen).toEqual(expected)
  })

  it('do not include one that was revoked, though it was opened a moment before', async () => {
    const { endpoint, secret } = await world.addEndpoint(keyturn)
    const secrets = [secret, await rotate(keyturn, endpoint)]
    expect(await signers(keyturn, secrets)).toEqual([1, 0])
    await revokePreviousKeys(world.rotation, { endpoint: await load(endpoint), actor, idempotency: null })
    expect(await signers(keyturn, secrets)).toEqual([1])
  })

  it('end at their very instant', async () => {
    const { endpoint, secret } = await world.addEndpoint(keyturn)
    const secrets = [secret, await rotate(keyturn, endpoint)]
    const [, retiring] = (await load(endpoint)).ring.keys
    const left = (retiring?.expiresAt?.getTime() ?? 0) - world.deps.now().getTime()
    world.pass((left - 1) / 1000)
    expect(await signers(keyturn, secrets)).toEqual([1, 0])
    world.pass(0.001)
    expect(await signers(keyturn, secrets)).toEqual([1])
  })

  it('are those of each attempt: a retry after a rotation has the new key and a new timestamp', async () => {
    const { endpoint, secret } = await world.addEndpoint(storno)
    world.receiver.answer = response => response.writeHead(500).end()
    const before = await signers(storno, [secret])
    const next = await rotate(storno, endpoint)
    world.pass(5)
    await world.drain()
    const [first, second] = world.receiver.received
    expect(before).toEqual([0])
    expect(second && signersOf('storno', second, [secret, next])).toEqual([1])
    expect(second?.headers['x-webhook-id']).toBe(first?.headers['x-webhook-id'])
    expect(second?.body).toBe(first?.body)
  })
})

function verifies(secret: string, { body, headers }: Received): boolean {
  try {
    // A receiver's headers are texts here.
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

describe('a delivery', () => {
  it('is signed so that standardwebhooks and svix take it', async () => {
    const { secret } = await world.addEndpoint()
    world.useRealTime()
    await world.publish('order.paid')
    await world.drain()
    const [received] = world.receiver.received
    expect(received && verifies(secret, received)).toBe(true)
    const headers = received?.headers as Record<string, string>
    expect(new SvixWebhook(secret).verify(received?.body ?? '', headers)).toMatchObject({ type: 'order.paid' })
  })

  it('is signed with the keys that are live when it is sent, not when it was queued', async () => {
    const { endpoint, secret: first } = await world.addEndpoint()
    world.useRealTime()
    await world.publish('order.paid')
    const choice = { overlapSeconds: null, ownSecret: null, reason: null, forced: false }
    const request = { endpoint, contract: keyturn, actor, choice }
    const rotated = await rotateSecret(world.rotation, { ...request, idempotency: null })
    await world.drain()
    const [received] = world.receiver.received
    expect(received?.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
    expect([first, rotated.secret.reveal()].map(secret => received && verifies(secret, received))).toEqual([true, true])
  })

  it('carries the endpoint’s own headers, but never instead of the delivery’s', async () => {
    const headers = { 'X-Team': 'orders', 'Webhook-Id': 'forged', 'User-Agent': 'forged' }
    await world.addEndpoint(undefined, { requestConfig: { timeoutMs: 5000, headers } })
    await world.publish('order.paid')
    await world.drain()
    expect(world.receiver.received[0]?.headers).toMatchObject({
      'x-team': 'orders',
      'webhook-id': expect.stringMatching(/^msg_/),
      'user-agent': 'Keyturn/1.0',
    })
  })
})

describe('an endpoint of a tenant with a full stop, where the scheme signs the tenant', () => {
  const owner = 'acme.eu'

  it('gets nothing: its deliveries are stopped and say why; every other is sent to', async () => {
    const { endpoint } = await world.addEndpoint(tumban, {}, owner)
    await world.publish('order.paid', {}, undefined, owner)
    await world.drain()
    expect(world.receiver.received).toEqual([])
    const stopped = await world.deps.deliveries.recent({ tenantId: owner, endpointId: endpoint.id }, 10)
    const errorMessage = 'The contract cannot sign for this tenant'
    expect(stopped).toMatchObject([{ status: 'failed', errorMessage }])
    await world.addEndpoint(thesignup, {}, owner)
    await world.publish('order.paid', {}, undefined, owner)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
  })

  it('is named when the local run starts', async () => {
    await world.addEndpoint(tumban)
    await world.addEndpoint(thesignup, {}, owner)
    expect(await unsignableEndpoints(world.table, allContracts)).toEqual([])
    await world.addEndpoint(tumban, {}, owner)
    expect(await unsignableEndpoints(world.table, allContracts)).toEqual([
      'keyturn: the endpoint org of acme.eu gets no deliveries: tumban signs the tenant, which has a full stop',
    ])
  })
})

describe('the envelope', () => {
  const event = { tenantId: 'org_1', id: 'evt_1', type: 'order.paid', at: noon, payload: { total: 3 } }
  const message = { id: 'msg_1', endpointId: 'ep_1', event }

  it('is the contract’s, with times in its format', () => {
    expect(bodyOf(standardDelivery, message, 'iso-millis')).toBe(
      '{"type":"order.paid","timestamp":"2026-11-21T12:00:00.000Z","data":{"total":3}}',
    )
    const body = { id: 'messageId', at: 'createdAt' } as const
    expect(bodyOf({ ...standardDelivery, body }, message, 'unix-seconds')).toBe('{"id":"msg_1","at":1795262400}')
  })

  it('is the payload alone where the contract has none', () => {
    expect(bodyOf({ ...standardDelivery, body: 'payload' }, message, 'iso-millis')).toBe('{"total":3}')
  })

  it('has the contract’s own headers', () => {
    const headers = { 'x-event': 'eventType', 'x-tenant': 'tenantId' } as const
    expect(ownHeaders({ ...standardDelivery, headers, userAgent: 'Vendor/2' }, message)).toEqual({
      'content-type': 'application/json',
      'user-agent': 'Vendor/2',
      'x-event': 'order.paid',
      'x-tenant': 'org_1',
    })
  })
})
