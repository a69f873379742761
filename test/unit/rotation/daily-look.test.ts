import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { Fields } from '../../../src/core/log'
import { Secret } from '../../../src/core/secret'
import { dailyLookSeconds, firstLookAt } from '../../../src/rotation/daily-look'
import { dueKindOf, type Endpoint } from '../../../src/rotation/endpoint'
import { mirrorName, mirrorVersionId } from '../../../src/rotation/mirror'
import type { Mirror } from '../../../src/rotation/ports'
import { sweep, type SweepReport } from '../../../src/rotation/sweep'
import { type Cloud, newCloud } from '../../simulator/cloud'
import type { MirroredSecret } from '../../support/memory/memory-mirror'
import { changed, noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { dueEndpoint, planned, sweepBed } from './sweep-bed'

const name = mirrorName('test', 'org_1', 'ep_1')

/** Members of the mirror are called as they are, and noted. */
function noted(mirror: Mirror, calls: string[]): Mirror {
  return new Proxy(mirror, {
    get: (target, member, receiver) => {
      calls.push(String(member))
      return Reflect.get(target, member, receiver) as unknown
    },
  })
}

interface Bed {
  readonly cloud: Cloud
  readonly clock: { at: Date }
  /** Calls to mirrors. */
  readonly calls: string[]
  readonly logged: Fields[]
  stored(endpointId?: string): Promise<Endpoint>
  sweepAt(at: Date): Promise<SweepReport>
}

/** One endpoint, or more, whose mirrors are settled; then looks are due after `dailyLookSeconds` at the latest. */
async function bed(ids: readonly string[] = ['ep_1']): Promise<Bed> {
  const calls: string[] = []
  const logged: Fields[] = []
  const cloud = newCloud(services => ({
    ...services,
    mirror: noted(services.mirror, calls),
    sealer: { ...services.sealer, open: async () => new Secret('whsec_1') },
  }))
  const { deps, clock } = sweepBed(cloud.services)
  const log = { info: () => undefined, error: (_: string, fields: Fields = {}) => void logged.push(fields) }
  const sweepAt = (at: Date): Promise<SweepReport> => {
    clock.at = at
    return sweep({ ...deps, log }, addSeconds(at, 60))
  }
  for (const id of ids) {
    const settings = { ...sampleEndpoint().settings, consumers: [] }
    const over = { incarnation: `inc_${id}`, settings }
    await cloud.services.store.create(dueEndpoint(id, over), vacant)
  }
  await sweepAt(addSeconds(noon, 7))
  calls.length = 0
  const stored = async (endpointId = 'ep_1'): Promise<Endpoint> => {
    const endpoint = await cloud.services.store.load({ tenantId: 'org_1', endpointId })
    if (endpoint === null) throw new Error('nothing is stored')
    return endpoint
  }
  return { cloud, clock, calls, logged, stored, sweepAt }
}

const lookTime = addSeconds(noon, dailyLookSeconds + 7)

function secretOf({ cloud }: Bed): MirroredSecret {
  const secret = cloud.state.vault.secrets.get(name)
  if (secret === undefined) throw new Error('there is no mirror')
  return secret
}

describe('the daily look', () => {
  it('is two calls that read for a mirror that nobody touched, and comes again within a day', async () => {
    const world = await bed()
    const before = structuredClone(world.cloud.state.vault)
    expect(await world.sweepAt(lookTime)).toMatchObject({ looked: 1, changedByHand: 0, settled: 0, failed: 0 })
    expect(world.calls).toEqual(['describe', 'isSharedWith'])
    expect(world.cloud.state.vault).toEqual(before)
    expect(world.logged).toEqual([])
    expect((await world.stored()).dueAt).toEqual(addSeconds(lookTime, dailyLookSeconds))
  })

  it('is planned when the mirror is settled, spread over half a round, and kept by what is settled later', async () => {
    const world = await bed()
    const { settling, dueAt } = await world.stored()
    const seconds = ((dueAt?.getTime() ?? 0) - noon.getTime()) / 1000
    expect(seconds).toBeGreaterThanOrEqual(dailyLookSeconds / 2)
    expect(seconds).toBeLessThanOrEqual(dailyLookSeconds + 7)
    const endpoint = await world.stored()
    const later = changed(endpoint, { dueAt: addSeconds(noon, 3600) })
    expect(await world.cloud.services.store.commit(later, endpoint.revision)).toBe('stored')
    await world.sweepAt(addSeconds(noon, 3600))
    expect((await world.stored()).settling).toMatchObject({
      revision: later.revision,
      dailyLookAt: settling.dailyLookAt,
    })
    const times = Array.from({ length: 400 }, (_, nth) =>
      firstLookAt(sampleEndpoint({ incarnation: `inc_${nth}` }), noon).getTime(),
    )
    expect(new Set(times).size).toBeGreaterThan(390)
  })

  it('leaves what else is planned its time', async () => {
    const world = await bed()
    const endpoint = await world.stored()
    const { store } = world.cloud.services
    const lookAgainAt = addSeconds(lookTime, 600)
    await store.commit(changed(endpoint, { lookAgainAt, dueAt: lookTime }), endpoint.revision)
    const { settling, ...before } = await world.stored()
    const settled = { ...settling, revision: before.revision, dailyLookAt: lookTime }
    const signal = new AbortController().signal
    await store.settle({ ...before, settling }, { settling: settled, lookAgainAt, dueAt: lookTime }, signal)
    expect(await world.sweepAt(lookTime)).toMatchObject({ looked: 1 })
    expect(await world.stored()).toMatchObject({ lookAgainAt, dueAt: lookAgainAt })
  })

  it('waits for work that was planned and is due: a policy that is written once more comes first', async () => {
    const world = await bed()
    const endpoint = await world.stored()
    const policy = { consumers: [], failures: 0, error: null, dueAt: lookTime }
    const settling = { ...endpoint.settling, policy, dailyLookAt: lookTime }
    const settled = { settling, lookAgainAt: null, dueAt: lookTime }
    await world.cloud.services.store.settle(endpoint, settled, new AbortController().signal)
    secretOf(world).policy = '["somebody who was taken away"]'
    expect(await world.sweepAt(lookTime)).toMatchObject({ looked: 0, settled: 1 })
    expect(secretOf(world).policy).toBeNull()
    expect(await world.sweepAt(lookTime)).toMatchObject({ looked: 1, changedByHand: 0 })
  })

  it('is not needed for a mirror that was deleted while its policy is to be written: that brings it back', async () => {
    const world = await bed()
    const endpoint = await world.stored()
    const consumers = ['111111111111']
    const shared = changed(endpoint, { settings: { ...endpoint.settings, consumers }, dueAt: addSeconds(noon, 60) })
    await world.cloud.services.store.commit(shared, endpoint.revision)
    secretOf(world).deleted = true
    for (const seconds of [60, 120, 180]) await world.sweepAt(addSeconds(noon, seconds))
    expect(secretOf(world)).toMatchObject({ deleted: false, policy: JSON.stringify(consumers) })
    expect((await world.stored()).settling.policy).toMatchObject({ consumers, failures: 0 })
  })

  it('looks at no endpoint that was deleted or has no mirror, and brings none of their mirrors back', async () => {
    const world = await bed(['ep_1', 'ep_2'])
    const deleted = await world.stored('ep_1')
    await world.cloud.services.store.commit(changed(deleted, { deletedAt: noon, dueAt: lookTime }), deleted.revision)
    const off = await world.stored('ep_2')
    const settings = { ...off.settings, mirror: 'off' as const }
    await world.cloud.services.store.commit(changed(off, { settings }), off.revision)
    secretOf(world).deleted = true
    expect(await world.sweepAt(lookTime)).toMatchObject({ looked: 0, changedByHand: 0 })
    expect(secretOf(world).deleted).toBe(true)
    expect((await world.stored('ep_2')).settling).not.toHaveProperty('dailyLookAt')
  })

  it('heals nothing that a change of the endpoint overtakes', async () => {
    const world = await bed()
    secretOf(world).deleted = true
    const before = await world.stored()
    const { store } = world.cloud.services
    const { deps, clock } = sweepBed({
      ...world.cloud.services,
      store: {
        ...store,
        settle: async (endpoint, settled, signal) => {
          const deletion = changed(before, { deletedAt: clock.at, lookAgainAt: clock.at, dueAt: clock.at })
          if ((await world.stored()).deletedAt === null) await store.commit(deletion, before.revision)
          return store.settle(endpoint, settled, signal)
        },
      },
    })
    clock.at = lookTime
    await sweep(deps, addSeconds(lookTime, 0.3))
    expect(world.calls).not.toContain('restore')
    expect(secretOf(world).deleted).toBe(true)
  })

  it('leaves a version that is ahead of the ring current', async () => {
    const world = await bed()
    const ahead = `9999999999-${'a'.repeat(32)}`
    secretOf(world).documents.set(ahead, '{}')
    secretOf(world).labels.set('AWSCURRENT', ahead)
    expect(await world.sweepAt(lookTime)).toMatchObject({ looked: 1, changedByHand: 0 })
    expect(secretOf(world).labels.get('AWSCURRENT')).toBe(ahead)
  })

  it('moves AWSCURRENT back from what somebody else stored, without taking the policy from anybody', async () => {
    const world = await bed()
    secretOf(world).documents.set('by-hand', '{}')
    secretOf(world).labels.set('AWSCURRENT', 'by-hand')
    expect(await world.sweepAt(lookTime)).toMatchObject({ looked: 1, changedByHand: 1, failed: 0 })
    expect(await world.sweepAt(addSeconds(lookTime, 60))).toMatchObject({ settled: 1, looked: 0, failed: 0 })
    expect(secretOf(world).labels.get('AWSCURRENT')).toBe(mirrorVersionId(await world.stored()))
    expect(world.calls).toEqual(['describe', 'isSharedWith', 'putAside', 'moveCurrent'])
    expect(world.logged).toMatchObject([{ tenantId: 'org_1', endpointId: 'ep_1', faults: 'other-version' }])
  })

  it('that fails puts the endpoint off like a settle that fails, and is made once that is over', async () => {
    const world = await bed()
    const { deps, clock } = sweepBed({
      ...world.cloud.services,
      mirror: { ...world.cloud.services.mirror, describe: () => Promise.reject(new TypeError('no')) },
    })
    clock.at = lookTime
    expect(await sweep(deps, addSeconds(lookTime, 1))).toMatchObject({ failed: 1, looked: 0 })
    expect(await world.stored()).toMatchObject({ settling: { failures: 1, error: 'TypeError' } })
    await world.sweepAt(addSeconds(lookTime, 60))
    const { looked } = await world.sweepAt(addSeconds(lookTime, 120))
    expect(looked).toBe(1)
    expect((await world.stored()).settling).toMatchObject({ failures: 0, error: null })
  })

  it('never holds up a change that is not settled, and is left for later where there is too much', async () => {
    const world = await bed(Array.from({ length: 60 }, (_, nth) => `ep_${nth}`))
    // Looks begin when half a round is over.
    const soon = addSeconds(noon, 0.65 * dailyLookSeconds)
    const changes = Array.from({ length: 8 }, (_, nth) => dueEndpoint(`change_${nth}`, { dueAt: soon }))
    for (const change of changes) await world.cloud.services.store.create(change, vacant)
    const { deps, clock } = sweepBed(world.cloud.services)
    clock.at = soon
    const report = await sweep(deps, addSeconds(soon, 1))
    expect(report).toMatchObject({ settled: 8, left: 0 })
    expect(report.looked).toBeGreaterThan(0)
    expect(report.lookLateSeconds).toBeGreaterThan(0)
    clock.at = addSeconds(soon, 24 * 60 * 60)
    expect((await sweep(deps, addSeconds(clock.at, -1))).left).toBeGreaterThan(40)
  })
})

describe('an endpoint that waits for its look alone', () => {
  it('is no unsettled and no planned one', () => {
    const { settling } = planned
    const at = addSeconds(noon, 60)
    const look = dueEndpoint('ep_1', { settling: { ...settling, dailyLookAt: at }, dueAt: at })
    expect(dueKindOf(look)).toBe('look')
    expect(dueKindOf({ ...look, dueAt: noon })).toBe('planned')
    expect(dueKindOf({ ...look, settling: { ...look.settling, failures: 1 } })).toBe('unsettled')
  })
})
