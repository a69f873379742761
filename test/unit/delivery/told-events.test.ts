import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { storno } from '../../../src/contracts/storno'
import { addSeconds } from '../../../src/core/instant'
import { sendAgain } from '../../../src/delivery/send-again'
import { testPaused } from '../../../src/delivery/test-paused'
import type { DeliveryDeps } from '../../../src/delivery/ports'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { KeyturnEvent } from '../../../src/rotation/ports'
import { updateEndpoint } from '../../../src/rotation/update'
import { noon } from '../../support/suites/sample-endpoint'
import { actor, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const company = '550e8400-e29b-41d4-a716-446655440000'
const hour = 3600

function answer(status: number): void {
  world.receiver.answer = response => response.writeHead(status).end()
}

async function send(deps: DeliveryDeps = world.deps): Promise<void> {
  await world.publish('order.paid', { total: 'payload-1' })
  await world.drain(deps)
}

/** What was told, but for the creation. */
function told(): readonly KeyturnEvent[] {
  return world.published.filter(({ type }) => type !== 'endpoint.created')
}

function toldTypes(): readonly string[] {
  return told().map(({ type }) => type)
}

/** The bus takes events, and its reply is lost. */
function lossy(): DeliveryDeps {
  const publish: DeliveryDeps['events']['publish'] = async (events, signal) => {
    await world.deps.events.publish(events, signal)
    throw new Error('the reply was lost')
  }
  return { ...world.deps, events: { publish } }
}

function aboutOf({ id: endpointId, contract, ring }: Endpoint) {
  const key = { keyId: ring.keys[0].id, version: ring.version }
  return { tenantId, endpointId, contract, ...key, actor: { kind: 'keyturn', id: 'deliver' } }
}

describe('an endpoint that fails', () => {
  it('is told at the first failure an hour after the first one, once for each series', async () => {
    const { endpoint } = await world.addEndpoint()
    answer(500)
    await send()
    world.pass(hour - 1)
    await send()
    expect(told()).toEqual([])
    world.pass(1)
    await send()
    const [event] = told()
    const id = expect.stringMatching(/^dlv_[0-9a-f]{24}$/)
    const times = { at: addSeconds(noon, hour), failingSince: noon }
    expect(event).toEqual({ type: 'endpoint.failing', id, ...aboutOf(endpoint), ...times, reason: null })
    world.pass(60)
    await send()
    expect(told()).toHaveLength(1)
    answer(200)
    await send()
    answer(500)
    await send()
    world.pass(hour)
    await send()
    // Attempts that end at once may each tell it, under one id.
    expect(new Set(toldTypes())).toEqual(new Set(['endpoint.failing']))
    expect(new Set(told().map(each => each.id)).size).toBe(2)
  })

  it('is told again under the same id where it is not known that the bus took it', async () => {
    await world.addEndpoint()
    answer(500)
    await send()
    world.pass(hour)
    await send(lossy()).catch(() => undefined)
    await send()
    const ids = new Set(told().map(({ id }) => id))
    expect(told().length).toBeGreaterThan(1)
    expect(ids.size).toBe(1)
  })
})

describe('a pause by Keyturn', () => {
  it('is told with its reason, and so is its end by a test', async () => {
    const { endpoint } = await world.addEndpoint()
    answer(410)
    await send()
    const { incarnation, id: endpointId } = endpoint
    const [exhausted, paused] = told()
    expect(exhausted?.type).toBe('delivery.exhausted')
    expect(paused).toEqual({
      type: 'endpoint.paused',
      id: expect.stringMatching(/^dlv_/),
      ...aboutOf(endpoint),
      at: noon,
      reason: 'The receiver answered 410 Gone',
    })
    world.pass(hour)
    const test = { kind: 'test-paused', tenantId, endpointId, incarnation } as const
    await testPaused(world.deps, test)
    expect(told()).toHaveLength(2)
    answer(200)
    await testPaused(world.deps, test)
    const at = addSeconds(noon, hour)
    expect(told()[2]).toMatchObject({ type: 'endpoint.resumed', ...aboutOf(endpoint), at, reason: null })
    expect((await world.healthOf(endpoint)).pausedAt).toBeNull()
    await testPaused(world.deps, test)
    expect(told()).toHaveLength(3)
  })

  it('is not made before it was told: the next failure does both', async () => {
    const { endpoint } = await world.addEndpoint()
    answer(410)
    const down = { ...world.deps, events: { publish: () => Promise.reject(new Error('the bus is down')) } }
    await send(down).catch(() => undefined)
    expect((await world.healthOf(endpoint)).pausedAt).toBeNull()
    await send()
    expect((await world.healthOf(endpoint)).pausedAt).not.toBeNull()
    expect(toldTypes()).toContain('endpoint.paused')
  })

  it('comes again under the same id where the process dies between the two', async () => {
    await world.addEndpoint()
    answer(410)
    const dying: DeliveryDeps = {
      ...world.deps,
      health: { ...world.deps.health, pause: () => Promise.reject(new Error('killed')) },
    }
    await send(dying).catch(() => undefined)
    await send()
    const pauses = told().filter(({ type }) => type === 'endpoint.paused')
    expect(pauses.length).toBeGreaterThan(1)
    expect(new Set(pauses.map(({ id }) => id)).size).toBe(1)
  })
})

describe('a delivery that is given up', () => {
  async function useUp(): Promise<void> {
    for (const seconds of [6, 36, 144, 720]) {
      world.pass(seconds)
      await world.drain()
    }
  }

  it('is told once its schedule is used up, and once more after it was sent again', async () => {
    const { endpoint } = await world.addEndpoint(storno, {}, company)
    answer(500)
    const eventId = await world.publish('invoice.paid', { total: 'payload-1' }, undefined, company)
    await world.drain()
    expect(told()).toEqual([])
    await useUp()
    const [event] = told()
    expect(toldTypes()).toEqual(['delivery.exhausted'])
    expect(event).toMatchObject({
      ...aboutOf(endpoint),
      tenantId: company,
      reason: 'The receiver answered 500',
      eventId,
    })
    const { messageId = '' } = event ?? {}
    const failed = await world.deps.deliveries.load({ tenantId: company, messageId })
    expect(failed).toMatchObject({ status: 'failed', dlqAt: event?.at })
    if (failed !== null) await sendAgain(world.deps, failed)
    await world.drain()
    await useUp()
    const again = told().filter(({ type }) => type === 'delivery.exhausted')
    expect(again).toHaveLength(2)
    expect(again[1]).toMatchObject({ messageId, eventId })
    expect(again[1]?.id).not.toBe(event?.id)
  })

  it('is told when it becomes a dead letter for a pause, and not where no attempt was made', async () => {
    const { endpoint } = await world.addEndpoint()
    answer(500)
    await send()
    const change = { status: 'paused' } as const
    await updateEndpoint(world.rotation, { endpoint, actor, change })
    world.pass(6)
    await send()
    expect(told()).toMatchObject([{ type: 'delivery.exhausted', reason: 'The endpoint is paused' }])
  })
})

it('tells ids, versions, times and its own reasons: no payload, no URL, no header', async () => {
  const requestConfig = { timeoutMs: 1000, headers: { 'X-Canary': 'header-value' } }
  await world.addEndpoint(undefined, { url: `${world.receiver.url}?token=url-query`, requestConfig })
  answer(410)
  await send()
  expect(told()).toHaveLength(2)
  expect(JSON.stringify(told())).not.toMatch(/payload-1|url-query|header-value|X-Canary|http:|whsec_/)
})
