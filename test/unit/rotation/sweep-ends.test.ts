import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { Secret } from '../../../src/core/secret'
import { dueKindOf, type Endpoint } from '../../../src/rotation/endpoint'
import type { Mirror, RotationDeps } from '../../../src/rotation/ports'
import { sweep, type SweepReport } from '../../../src/rotation/sweep'
import { newCloud, type Services } from '../../simulator/cloud'
import { changed, noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { sweepBed } from './sweep-bed'

const { settings, settling } = sampleEndpoint()
/** When the retiring key of the sample ends. */
const end = addSeconds(noon, 3601)
const told = addSeconds(end, 5)

type Change = (services: Services) => Services

interface Bed {
  readonly types: () => readonly string[]
  readonly ids: () => readonly string[]
  /** Calls to the mirror since the last look at them. */
  readonly mirrorCalls: () => readonly string[]
  readonly deps: RotationDeps
  readonly stored: () => Promise<Endpoint>
  readonly sweepAt: (at: Date, change?: Change) => Promise<SweepReport>
}

/** An endpoint with a mirror and a retiring key, settled at noon. */
async function bed(over: Partial<Endpoint> = {}): Promise<Bed> {
  const calls: string[] = []
  const cloud = newCloud(services => ({
    ...services,
    mirror: noted(services.mirror, calls),
    sealer: { ...services.sealer, open: async () => new Secret('whsec_1') },
  }))
  const { deps, clock } = sweepBed(cloud.services)
  const sweepAt = (at: Date, change: Change = services => services): Promise<SweepReport> => {
    clock.at = at
    return sweep({ ...deps, ...change(cloud.services) }, addSeconds(at, 60))
  }
  const endpoint = sampleEndpoint({
    settings: { ...settings, consumers: [] },
    settling: { ...settling, endsToldUntil: noon },
    dueAt: noon,
    ...over,
  })
  await cloud.services.store.create(endpoint, vacant)
  await sweepAt(addSeconds(noon, 7))
  calls.length = 0
  return {
    deps,
    sweepAt,
    types: () => cloud.state.published.events.map(({ type }) => type),
    ids: () => cloud.state.published.events.map(({ id }) => id),
    mirrorCalls: () => calls.splice(0),
    stored: async () => {
      const found = await cloud.services.store.load({ tenantId: 'org_1', endpointId: 'ep_1' })
      if (found === null) throw new Error('nothing is stored')
      return found
    },
  }
}

function noted(mirror: Mirror, calls: string[]): Mirror {
  return new Proxy(mirror, {
    get: (target, name) => {
      calls.push(String(name))
      const call: unknown = Reflect.get(target, name)
      return call
    },
  })
}

const busDown: Change = services => ({
  ...services,
  events: { publish: () => Promise.reject(new Error('the bus is down')) },
})

describe('the end of a key', () => {
  it('is planned work of the sweep, which tells it once and calls no mirror', async () => {
    const { stored, sweepAt, types, mirrorCalls } = await bed()
    expect(dueKindOf(await stored())).toBe('planned')
    expect((await stored()).dueAt).toEqual(told)
    expect(await sweepAt(addSeconds(told, -0.001))).toMatchObject({ settled: 0 })
    expect(types()).toEqual(['secret.rotated'])
    expect(await sweepAt(told)).toMatchObject({ settled: 1, failed: 0, oldestSeconds: 0 })
    expect(types()).toEqual(['secret.rotated', 'secret.expired'])
    expect(mirrorCalls()).toEqual([])
    const { dueAt, settling: after } = await stored()
    expect(dueAt).toEqual(after.dailyLookAt)
    expect(await sweepAt(addSeconds(told, 60))).toMatchObject({ settled: 0 })
    expect(types()).toHaveLength(2)
  })

  it('is told again under the same id where it is not known that the bus took it', async () => {
    const { sweepAt, ids, stored, deps } = await bed()
    const lost: Change = services => ({
      ...services,
      events: {
        publish: async (events, signal) => {
          await deps.events.publish(events, signal)
          throw new Error('the reply was lost')
        },
      },
    })
    expect(await sweepAt(told, lost)).toMatchObject({ settled: 0, failed: 1 })
    expect((await stored()).settling).toMatchObject({ failures: 1, endsToldUntil: addSeconds(noon, 2) })
    expect(await sweepAt(addSeconds(told, 600))).toMatchObject({ settled: 1 })
    expect(ids().slice(1)).toEqual([`end_key_1_${end.getTime()}`, `end_key_1_${end.getTime()}`])
  })

  it('waits for a bus that is down, and is told once it is back', async () => {
    const { sweepAt, types } = await bed()
    await sweepAt(told, busDown)
    expect(types()).toEqual(['secret.rotated'])
    await sweepAt(addSeconds(told, 600))
    expect(types()).toEqual(['secret.rotated', 'secret.expired'])
  })

  it('that came before the first settling since ends are told is never told; a later one is', async () => {
    const { keys } = sampleEndpoint().ring
    const [current, retiring] = keys
    if (retiring === undefined) throw new Error('the sample has a retiring key')
    const over = { ...retiring, id: 'key_0', expiresAt: noon }
    const ring = { ...sampleEndpoint().ring, keys: [current, retiring, over] } as const
    const { sweepAt, types, ids } = await bed({ ring, settling })
    expect(types()).toEqual(['secret.rotated'])
    await sweepAt(told)
    expect(ids().slice(1)).toEqual([`end_key_1_${end.getTime()}`])
  })

  it('is told by the settling of a change that comes meanwhile, and not by the sweep again', async () => {
    const { sweepAt, types, stored, deps } = await bed()
    const before = await stored()
    await deps.store.commit({ ...changed(before), dueAt: addSeconds(told, 60) }, before.revision)
    await sweepAt(addSeconds(told, 60))
    expect(types()).toEqual(['secret.rotated', 'endpoint.updated', 'secret.expired'])
    await sweepAt(addSeconds(told, 120))
    expect(types()).toHaveLength(3)
  })
})
