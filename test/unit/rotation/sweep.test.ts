import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { Log } from '../../../src/core/log'
import { lookAgainSeconds } from '../../../src/rotation/change'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { EndpointAddress } from '../../../src/rotation/ports'
import { sweep, type SweepDeps } from '../../../src/rotation/sweep'
import { newCloud, type Sabotage } from '../../simulator/cloud'
import { changed, noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { dueEndpoint, planned, sweepBed } from './sweep-bed'

const never = { oldestSeconds: 0, plannedLateSeconds: 0, lookLateSeconds: 0 }
const nothing = { settled: 0, failed: 0, left: 0, looked: 0, changedByHand: 0, ...never }

const eventsFail: Sabotage = services => ({
  ...services,
  events: { publish: () => Promise.reject(new Error('the bus is down')) },
})

async function scene(endpoints: readonly Endpoint[], sabotage?: Sabotage) {
  const cloud = newCloud(sabotage)
  for (const endpoint of endpoints) await cloud.services.store.create(endpoint, vacant)
  const { deps, clock } = sweepBed(cloud.services)
  const load = (endpointId: string) => cloud.services.store.load({ tenantId: 'org_1', endpointId })
  return { cloud, clock, deps, load }
}

describe('the sweep', () => {
  it('settles what is due, and says how long the oldest has waited', async () => {
    const { deps, load } = await scene([dueEndpoint('ep_1'), dueEndpoint('ep_2', { dueAt: addSeconds(noon, 3) })])
    expect(await sweep(deps, addSeconds(noon, 60))).toEqual({ ...nothing, settled: 2, oldestSeconds: 6 })
    expect(await load('ep_1')).toMatchObject({ dueAt: null, settling: { revision: 2 } })
  })

  it('counts how long a change has waited from the change, however often it was put off', async () => {
    const { deps } = await scene([dueEndpoint('ep_1', { dueAt: addSeconds(noon, 5) })])
    expect(await sweep(deps, addSeconds(noon, 60))).toMatchObject({ settled: 1, oldestSeconds: 6 })
  })

  it('leaves alone what is not due yet', async () => {
    const { deps, load } = await scene([dueEndpoint('ep_1', { dueAt: addSeconds(noon, 8) })])
    expect(await sweep(deps, addSeconds(noon, 60))).toEqual(nothing)
    expect((await load('ep_1'))?.settling.revision).toBe(1)
  })

  it('leaves what its time does not allow to the next sweep, and says how much that is', async () => {
    const many = Array.from({ length: 30 }, (_, place) =>
      dueEndpoint(`ep_${place}`, { dueAt: addSeconds(noon, place / 10) }),
    )
    const { deps, clock } = await scene(many)
    const { settled, left } = await sweep(deps, addSeconds(noon, 7.1))
    expect(settled).toBeGreaterThanOrEqual(4)
    expect(settled).toBeLessThan(10)
    expect(left).toBe(30 - settled)
    clock.at = addSeconds(noon, 20)
    expect(await sweep(deps, addSeconds(noon, 90))).toMatchObject({ settled: left, left: 0 })
  })

  it('settles what becomes due while it runs, too', async () => {
    const { deps } = await scene([
      dueEndpoint('ep_1'),
      dueEndpoint('ep_2'),
      dueEndpoint('ep_3', { dueAt: addSeconds(noon, 7.3) }),
    ])
    const slow: SweepDeps = { ...deps, store: { ...deps.store, load: address => later(deps, 2, address) } }
    expect(await sweep(slow, addSeconds(noon, 60))).toMatchObject({ settled: 3, left: 0 })
  })

  it('counts all that is left: what became due while it ran, and what has changed meanwhile', async () => {
    const { deps, cloud } = await scene([dueEndpoint('ep_1'), dueEndpoint('ep_2', { dueAt: addSeconds(noon, 8) })])
    const changing: SweepDeps = {
      ...deps,
      store: {
        ...deps.store,
        load: async address => {
          const endpoint = await later(deps, 5, address)
          if (endpoint) await cloud.services.store.commit(changed(endpoint), endpoint.revision)
          return endpoint
        },
      },
    }
    expect(await sweep(changing, addSeconds(noon, 10))).toMatchObject({ left: 2, oldestSeconds: 11 })
  })

  it('puts a failed endpoint off, twice as long each time and never longer than 10 minutes', async () => {
    const { deps, load, clock } = await scene([dueEndpoint('ep_1')], eventsFail)
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

  it('says of a failed endpoint whose it is and who changed it last', async () => {
    const { deps } = await scene([dueEndpoint('ep_1')], eventsFail)
    const said: unknown[] = []
    const log: Log = { ...deps.log, error: (message, fields) => void said.push({ message, ...fields }) }
    await sweep({ ...deps, log }, addSeconds(noon, 60))
    const { actor } = sampleEndpoint().changes[0]
    const owner = { tenantId: 'org_1', endpointId: 'ep_1', actorKind: actor.kind, actorId: actor.id }
    expect(said).toMatchObject([{ message: 'settling failed', ...owner }])
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
    const { deps } = await scene([dueEndpoint('ep_1'), dueEndpoint('ep_2'), dueEndpoint('ep_3')], failing)
    expect(await sweep(deps, addSeconds(noon, 60))).toMatchObject({ settled: 2, failed: 1 })
  })

  it('looks again later after a failure, because what it called may arrive late', async () => {
    const lookAgainAt = addSeconds(noon, 60)
    const { deps, load, clock } = await scene([dueEndpoint('ep_1', { lookAgainAt })], eventsFail)
    await sweep(deps, addSeconds(noon, 60))
    expect((await load('ep_1'))?.lookAgainAt).toEqual(addSeconds(clock.at, lookAgainSeconds))
  })
})

/** Loads the endpoint, which takes so many seconds. */
async function later(deps: SweepDeps, seconds: number, address: EndpointAddress): Promise<Endpoint | null> {
  await deps.sleep(seconds * 1000)
  return deps.store.load(address)
}

describe('the sweep of several tenants', () => {
  const manyDue = Array.from({ length: 800 }, (_, place) =>
    dueEndpoint(`ep_${place}`, { tenantId: 'busy', dueAt: addSeconds(noon, place / 800) }),
  )

  /** The tenants whose endpoints are settled, in turn. */
  function settledTenants(deps: SweepDeps): { readonly deps: SweepDeps; readonly tenants: string[] } {
    const tenants: string[] = []
    const publish: SweepDeps['events']['publish'] = async ([event], signal) => {
      if (event) tenants.push(event.tenantId)
      return deps.events.publish(event ? [event] : [], signal)
    }
    return { deps: { ...deps, events: { ...deps.events, publish } }, tenants }
  }

  it('settles one endpoint of another tenant within the first few, though 800 became due before it', async () => {
    const other = dueEndpoint('ep_1', { tenantId: 'quiet', dueAt: addSeconds(noon, 6.9) })
    const { deps, tenants } = settledTenants((await scene([...manyDue, other])).deps)
    const { settled, left } = await sweep(deps, addSeconds(noon, 57))
    expect(tenants.indexOf('quiet')).toBeLessThan(4)
    expect(settled + left).toBe(801)
    expect(left).toBeGreaterThan(0)
  })

  it('does so as well when it becomes due while the 800 are being settled', async () => {
    const dueAt = addSeconds(noon, 20)
    const { deps, tenants } = settledTenants(
      (await scene([...manyDue, dueEndpoint('ep_1', { tenantId: 'quiet', dueAt })])).deps,
    )
    let others = 0
    const load: SweepDeps['store']['load'] = address => {
      if (deps.now() >= dueAt && !tenants.includes('quiet')) others += 1
      return deps.store.load(address)
    }
    await sweep({ ...deps, store: { ...deps.store, load } }, addSeconds(noon, 57))
    expect(tenants).toContain('quiet')
    expect(others).toBeLessThan(25)
  })

  it("takes a tenant's own endpoints in the order in which they became due", async () => {
    const { deps, cloud } = await scene([])
    const ids = ['ep_3', 'ep_1', 'ep_2']
    for (const [place, id] of ids.entries()) {
      await cloud.services.store.create(dueEndpoint(id, { dueAt: addSeconds(noon, place) }), vacant)
    }
    await sweep(deps, addSeconds(noon, 60))
    expect(cloud.state.published.events.map(({ endpointId }) => endpointId)).toEqual(ids)
  })
})

describe('planned work', () => {
  const looks = Array.from({ length: 100 }, (_, place) =>
    dueEndpoint(`look_${place}`, { ...planned, dueAt: addSeconds(noon, -60) }),
  )

  it('has a lane of its own, and never holds up a change that is not settled', async () => {
    const { deps, load } = await scene([...looks, dueEndpoint('ep_1')])
    const { left } = await sweep(deps, addSeconds(noon, 7.1))
    expect(left).toBeGreaterThan(50)
    expect((await load('ep_1'))?.dueAt).toBeNull()
  })

  it('is not held up by changes that are not settled', async () => {
    const changes = Array.from({ length: 100 }, (_, place) => dueEndpoint(`ep_${place}`))
    const { deps, load } = await scene([...changes, dueEndpoint('look', planned)])
    const { left } = await sweep(deps, addSeconds(noon, 7.1))
    expect(left).toBeGreaterThan(50)
    expect((await load('look'))?.dueAt).toBeNull()
  })

  it('is late by the time that is its own, and is no change that waits', async () => {
    const { deps } = await scene([dueEndpoint('look', { ...planned, dueAt: addSeconds(noon, 3) }), dueEndpoint('ep_1')])
    expect(await sweep(deps, addSeconds(noon, 60))).toMatchObject({ oldestSeconds: 6, plannedLateSeconds: 4 })
  })

  it('counts among what is left', async () => {
    const { deps } = await scene(looks)
    expect(await sweep(deps, addSeconds(noon, 6))).toEqual({ ...nothing, left: 100, plannedLateSeconds: 67 })
  })

  it('shares four lanes with the changes, so that both together keep to what Secrets Manager takes', async () => {
    const { deps } = await scene([...looks, ...Array.from({ length: 20 }, (_, place) => dueEndpoint(`ep_${place}`))])
    let under = 0
    let most = 0
    const load: SweepDeps['store']['load'] = async address => {
      most = Math.max(most, (under += 1))
      await new Promise(resolve => setImmediate(resolve))
      under -= 1
      return deps.store.load(address)
    }
    await sweep({ ...deps, store: { ...deps.store, load } }, addSeconds(noon, 60))
    expect(most).toBe(4)
  })
})
