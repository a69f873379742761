import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { lookAgainSeconds } from '../../../src/rotation/change'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { sweep, type SweepDeps } from '../../../src/rotation/sweep'
import { newCloud, type Sabotage } from '../../simulator/cloud'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const { settings } = sampleEndpoint()

/** An endpoint without a mirror that is due. */
function due(id: string, over: Partial<Endpoint> = {}): Endpoint {
  return sampleEndpoint({ id, settings: { ...settings, mirror: 'off' }, dueAt: noon, ...over })
}

const eventsFail: Sabotage = services => ({
  ...services,
  events: { publish: () => Promise.reject(new Error('the bus is down')) },
})

async function scene(endpoints: readonly Endpoint[], sabotage?: Sabotage) {
  const cloud = newCloud(sabotage)
  for (const endpoint of endpoints) await cloud.services.store.create(endpoint, null)
  const clock = { at: addSeconds(noon, 7) }
  const deps: SweepDeps = {
    ...cloud.services,
    stage: 'test',
    now: () => clock.at,
    randomBytes: count => Buffer.alloc(count),
    timeout: () => new AbortController().signal,
    sleep: async milliseconds => {
      clock.at = addSeconds(clock.at, milliseconds / 1000)
    },
    log: { info: () => undefined, error: () => undefined },
  }
  const load = (endpointId: string) => cloud.services.store.load({ tenantId: 'org_1', endpointId })
  return { cloud, clock, deps, load }
}

describe('the sweep', () => {
  it('settles what is due, and says how long the oldest has waited', async () => {
    const { deps, load } = await scene([due('ep_1'), due('ep_2', { dueAt: addSeconds(noon, 3) })])
    expect(await sweep(deps, addSeconds(noon, 60))).toEqual({ settled: 2, failed: 0, left: 0, oldestSeconds: 6 })
    expect(await load('ep_1')).toMatchObject({ dueAt: null, settling: { revision: 2 } })
  })

  it('counts how long a change has waited from the change, however often it was put off', async () => {
    const { deps } = await scene([due('ep_1', { dueAt: addSeconds(noon, 5) })])
    expect(await sweep(deps, addSeconds(noon, 60))).toMatchObject({ settled: 1, oldestSeconds: 6 })
  })

  it('leaves alone what is not due yet', async () => {
    const { deps, load } = await scene([due('ep_1', { dueAt: addSeconds(noon, 8) })])
    expect(await sweep(deps, addSeconds(noon, 60))).toEqual({ settled: 0, failed: 0, left: 0, oldestSeconds: 0 })
    expect((await load('ep_1'))?.settling.revision).toBe(1)
  })

  it('leaves what its time does not allow to the next sweep', async () => {
    const many = Array.from({ length: 9 }, (_, place) => due(`ep_${place}`))
    const { deps } = await scene(many)
    const { settled, left } = await sweep(deps, addSeconds(noon, 7.1))
    expect(settled).toBe(4)
    expect(left).toBe(5)
  })

  it('puts a failed endpoint off, twice as long each time and never longer than 10 minutes', async () => {
    const { deps, load, clock } = await scene([due('ep_1')], eventsFail)
    const waits: number[] = []
    for (let failures = 0; failures < 9; failures++) {
      await sweep(deps, addSeconds(clock.at, 60))
      const dueAt = (await load('ep_1'))?.dueAt ?? clock.at
      waits.push((dueAt.getTime() - clock.at.getTime()) / 1000)
      clock.at = dueAt
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600])
    expect((await load('ep_1'))?.settling).toMatchObject({ revision: 1, failures: 9, error: 'Error' })
  })

  it('does not let a failed endpoint hold up the others', async () => {
    const failing: Sabotage = services => ({
      ...services,
      events: {
        publish: async ([event]) => {
          if (event?.endpointId === 'ep_1') throw new Error('no')
        },
      },
    })
    const { deps } = await scene([due('ep_1'), due('ep_2'), due('ep_3')], failing)
    expect(await sweep(deps, addSeconds(noon, 60))).toMatchObject({ settled: 2, failed: 1 })
  })

  it('looks again later after a failure, because what it called may arrive late', async () => {
    const lookAgainAt = addSeconds(noon, 60)
    const { deps, load, clock } = await scene([due('ep_1', { lookAgainAt })], eventsFail)
    await sweep(deps, addSeconds(noon, 60))
    expect((await load('ep_1'))?.lookAgainAt).toEqual(addSeconds(clock.at, lookAgainSeconds))
  })
})
