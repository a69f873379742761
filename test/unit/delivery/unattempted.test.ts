import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sendAgain } from '../../../src/delivery/send-again'
import { deleteEndpoint } from '../../../src/rotation/delete'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { updateEndpoint } from '../../../src/rotation/update'
import { actor, startWorld, tenantId, type World } from './world'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

describe('a delivery that is not sent any more', () => {
  it.each([
    [
      'was paused',
      'The endpoint is paused',
      1,
      (endpoint: Endpoint) => updateEndpoint(world.rotation, { endpoint, actor, change: { status: 'paused' } }),
    ],
    [
      'was deleted',
      'The endpoint was deleted',
      0,
      (endpoint: Endpoint) => deleteEndpoint(world.rotation, { endpoint, actor }),
    ],
  ])('fails without an attempt once the endpoint %s', async (_name, errorMessage, letters, change) => {
    const { endpoint } = await world.addEndpoint()
    world.receiver.answer = response => response.writeHead(500).end()
    await world.publish('order.paid')
    await world.drain()
    await change(endpoint)
    world.pass(5)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
    const [delivery] = await world.deps.deliveries.recent({ tenantId, endpointId: endpoint.id }, 10)
    expect(delivery).toMatchObject({ status: 'failed', errorMessage, dlqAt: letters === 0 ? null : world.deps.now() })
    expect(await world.deadLetters()).toHaveLength(letters)
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1, lastDeliveryStatus: 'failed' })
  })

  it('is listed, counted and sent again like any other that failed, if it never had an attempt', async () => {
    const { endpoint } = await world.addEndpoint()
    const key = { tenantId, endpointId: endpoint.id }
    await publishedBeforePause(endpoint)
    const listed = await world.deps.deliveries.recent(key, 10)
    expect(listed).toMatchObject([{ status: 'failed', attemptCount: 0, dlqAt: world.deps.now() }])
    expect((await world.deps.attempts.list(key, { limit: 10, after: null })).items).toEqual([])
    const counted = { deliveriesCount: 0, deliveriesFailed: 1, lastDeliveryStatus: 'failed', lastStatus: null }
    expect(await world.healthOf(endpoint)).toMatchObject(counted)
    await resume(endpoint)
    const [stopped] = listed
    if (stopped !== undefined) await sendAgain(world.deps, stopped)
    await world.drain()
    expect(world.receiver.received).toHaveLength(1)
    expect(await world.deps.deliveries.recent(key, 10)).toMatchObject([{ status: 'success', attemptCount: 1 }])
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesCount: 1, deliveriesSucceeded: 1 })
  })

  it('counts once however often its message comes', async () => {
    const { endpoint } = await world.addEndpoint()
    await publishedBeforePause(endpoint)
    const [{ messageId } = { messageId: '' }] = await world.deps.deliveries.recent(
      { tenantId, endpointId: endpoint.id },
      1,
    )
    const message = { kind: 'delivery', tenantId, endpointId: endpoint.id, messageId, attempt: 0, waits: 0 } as const
    await world.deps.queue.send([{ message, delaySeconds: 0 }])
    await world.drain()
    expect(await world.healthOf(endpoint)).toMatchObject({ deliveriesFailed: 1 })
    expect(await world.deadLetters()).toHaveLength(1)
  })

  /** An event is on its way to the endpoint when Keyturn pauses it, before any attempt. */
  async function publishedBeforePause(endpoint: Endpoint): Promise<void> {
    const { id: endpointId, incarnation } = endpoint
    const life = { tenantId, endpointId, incarnation }
    const { health, now } = world.deps
    const asked = { life, messageId: 'msg_before', now: now(), until: now(), whenPaused: 'allow' } as const
    const pauseNow = async (): Promise<void> => {
      const answer = await health.acquire(asked)
      if (answer.kind === 'granted') await health.release(answer.lease)
      await health.pause(life, { at: now(), reason: 'gone' })
    }
    const { endpoints } = world.deps
    await world.publish('order.paid')
    await world.drain({
      ...world.deps,
      endpoints: {
        load: async key => {
          await pauseNow()
          return endpoints.load(key)
        },
      },
    })
  }

  async function resume({ id: endpointId, incarnation }: Endpoint): Promise<void> {
    await world.deps.health.resume({ tenantId, endpointId, incarnation })
  }
})
