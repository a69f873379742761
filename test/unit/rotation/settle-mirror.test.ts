import { describe, expect, it } from '@jest/globals'
import { lookAgainSeconds, rememberSeconds } from '../../../src/rotation/change'
import { dueKindOf, type Endpoint } from '../../../src/rotation/endpoint'
import { mirrorName, mirrorVersionId } from '../../../src/rotation/mirror'
import type { Mirror } from '../../../src/rotation/ports'
import { runCalmly } from '../../simulator/callers'
import { squattedSecret } from '../../support/memory/memory-mirror'
import type { Operation } from '../../simulator/operation'
import { seededRandom } from '../../simulator/random'
import { newWorld, type World } from '../../simulator/world'

const endpointId = 'ep_1'
const rule = { secondRotation: { kind: 'keep', maximumLiveKeys: 5 } } as const
const create: Operation = { kind: 'create', endpointId, mirror: 'on', key: null }
const rotate: Operation = { kind: 'rotate', endpointId, overlapSeconds: 60, forced: false, key: null }

interface Scene {
  readonly world: World
  /** The calls to mirror and store so far, by name. */
  readonly calls: string[]
}

/** A settled endpoint with a mirror; nothing fails. */
async function scene(): Promise<Scene> {
  const calls: string[] = []
  const world = newWorld(seededRandom(1), rule, {
    sabotage: services => ({
      ...services,
      mirror: noted(services.mirror, calls),
      store: noted(services.store, calls),
    }),
  })
  await runCalmly(world, create)
  calls.length = 0
  return { world, calls }
}

/** The port, with the name of each call noted. */
function noted<Port extends object>(port: Port, calls: string[]): Port {
  return new Proxy(port, {
    get: (target, name, receiver) => {
      calls.push(String(name))
      return Reflect.get(target, name, receiver) as unknown
    },
  })
}

function stored({ cloud }: World): Endpoint | undefined {
  return cloud.state.table.endpoints.get(`acme#${endpointId}`)?.endpoint
}

/** Writes to the endpoint's item as nobody else would. */
function overwrite({ cloud }: World, over: Partial<Endpoint>): void {
  const item = cloud.state.table.endpoints.get(`acme#${endpointId}`)
  if (!item) throw new Error('nothing is stored')
  cloud.state.table.endpoints.set(`acme#${endpointId}`, { ...item, endpoint: { ...item.endpoint, ...over } })
}

function mirrorOf({ cloud }: World): { deleted: boolean; readonly labels: Map<string, string> } {
  const mirror = cloud.state.vault.secrets.get(mirrorName('test', 'acme', endpointId))
  if (!mirror) throw new Error('there is no mirror')
  return mirror
}

async function sweepAfter(world: World, seconds: number): Promise<void> {
  world.clock += seconds * 1000
  await runCalmly(world, { kind: 'sweep' })
}

describe('settling a rotation', () => {
  it('puts the version aside and moves the label without a look at the mirror', async () => {
    const { world, calls } = await scene()
    await runCalmly(world, rotate)
    expect(calls).toEqual(['load', 'commit', 'putAside', 'moveCurrent', 'settle'])
  })

  it('moves the label to a version that was put aside before, though a call to create it succeeds', async () => {
    const { world } = await scene()
    const before = mirrorOf(world).labels.get('AWSCURRENT') ?? ''
    await runCalmly(world, rotate)
    mirrorOf(world).labels.set('AWSCURRENT', before)
    const { settling, ring } = stored(world) ?? {}
    if (!settling || !ring) throw new Error('the endpoint is gone')
    overwrite(world, { settling: { ...settling, mirrorVersionId: null }, dueAt: new Date(world.clock) })
    await sweepAfter(world, 1)
    expect(mirrorOf(world).labels.get('AWSCURRENT')).toBe(stored(world)?.settling.mirrorVersionId)
    expect(mirrorOf(world).labels.get('AWSCURRENT')).not.toBe(before)
  })

  it('leaves a newer version current', async () => {
    const { world } = await scene()
    const newer = `9999999999-${'a'.repeat(32)}`
    mirrorOf(world).labels.set('AWSCURRENT', newer)
    await runCalmly(world, rotate)
    expect(mirrorOf(world).labels.get('AWSCURRENT')).toBe(newer)
  })

  it('replaces a version that somebody else wrote', async () => {
    const { world } = await scene()
    mirrorOf(world).labels.set('AWSCURRENT', 'by-hand')
    await runCalmly(world, rotate)
    const endpoint = stored(world)
    expect(endpoint && mirrorVersionId(endpoint)).toBe(mirrorOf(world).labels.get('AWSCURRENT'))
  })

  it('brings a mirror back whose deletion was scheduled by hand', async () => {
    const { world, calls } = await scene()
    mirrorOf(world).deleted = true
    await runCalmly(world, rotate)
    // Whoever could read it before must not read what it is to hold now.
    const steps = calls.slice(calls.indexOf('restore')).filter(call => call !== 'describe')
    expect(steps).toEqual(['restore', 'takeOver', 'putAside', 'moveCurrent', 'settle'])
    const endpoint = stored(world)
    expect(mirrorOf(world).deleted).toBe(false)
    expect(mirrorOf(world).labels.get('AWSCURRENT')).toBe(endpoint && mirrorVersionId(endpoint))
  })
})

describe('settling a mirror whose name somebody else has taken', () => {
  const name = mirrorName('test', 'acme', endpointId)

  it('makes the secret Keyturn’s own before a value goes in', async () => {
    const calls: string[] = []
    const world = newWorld(seededRandom(1), rule, {
      sabotage: services => ({ ...services, mirror: noted(services.mirror, calls) }),
    })
    world.cloud.state.vault.secrets.set(name, squattedSecret())
    await runCalmly(world, create)
    expect(calls).toEqual(['create', 'takeOver', 'describe', 'putAside', 'moveCurrent'])
    expect(world.cloud.state.vault.secrets.get(name)).toMatchObject({ policy: null, owner: 'keyturn' })
    expect(mirrorOf(world).labels.get('AWSCURRENT')).toBe(stored(world)?.settling.mirrorVersionId)
  })

  it('stores no value where the secret is refused, says why, and tries again', async () => {
    const refusal = Object.assign(new Error('no'), { name: 'MirrorIsReplicated' })
    let refuses = true
    const world = newWorld(seededRandom(1), rule, {
      sabotage: services => {
        const takeOver: Mirror['takeOver'] = (...args) =>
          refuses ? Promise.reject(refusal) : services.mirror.takeOver(...args)
        return { ...services, mirror: { ...services.mirror, takeOver } }
      },
    })
    world.cloud.state.vault.secrets.set(name, squattedSecret())
    await runCalmly(world, create)
    await sweepAfter(world, 6)
    expect(world.cloud.state.vault.secrets.get(name)).toEqual(squattedSecret())
    expect(stored(world)?.settling).toMatchObject({ error: 'MirrorIsReplicated', mirrorVersionId: null })
    refuses = false
    await sweepAfter(world, 60)
    expect(stored(world)?.settling).toMatchObject({ error: null, mirrorVersionId: expect.any(String) })
  })

  it('takes over what was scheduled for deletion when it is restored', async () => {
    const { world } = await scene()
    await runCalmly(world, { kind: 'delete', endpointId })
    world.cloud.state.vault.secrets.set(name, { ...squattedSecret(), deleted: true })
    await runCalmly(world, create)
    await sweepAfter(world, 6)
    expect(world.cloud.state.vault.secrets.get(name)).toMatchObject({ policy: null, owner: 'keyturn', deleted: false })
  })
})

describe('ending a mirror', () => {
  it('schedules the deletion once, looks again, and drops the tombstone when its changes are forgotten', async () => {
    const { world, calls } = await scene()
    await runCalmly(world, { kind: 'delete', endpointId })
    calls.length = 0
    await sweepAfter(world, 6)
    expect(calls).toEqual(['due', 'due', 'due', 'load', 'describe', 'removePolicy', 'scheduleDeletion', 'settle'])
    calls.length = 0
    await sweepAfter(world, lookAgainSeconds)
    expect(calls).toEqual(['due', 'due', 'due', 'load', 'describe', 'settle'])
    calls.length = 0
    await sweepAfter(world, rememberSeconds - lookAgainSeconds - 7)
    expect(calls).toEqual(['due', 'due', 'due'])
    calls.length = 0
    await sweepAfter(world, 1)
    expect(calls).toEqual(['due', 'due', 'due', 'load', 'drop'])
    expect(stored(world)).toBeUndefined()
    expect(mirrorOf(world).deleted).toBe(true)
  })

  it('drops no endpoint that was made anew under the id since it was loaded', async () => {
    let loaded: Endpoint | null = null
    const calls: string[] = []
    const world = newWorld(seededRandom(1), rule, {
      sabotage: services => {
        const load: typeof services.store.load = async key => loaded ?? services.store.load(key)
        return { ...services, store: noted({ ...services.store, load }, calls) }
      },
    })
    await runCalmly(world, create)
    await runCalmly(world, { kind: 'delete', endpointId })
    await sweepAfter(world, 6)
    await sweepAfter(world, lookAgainSeconds)
    const tombstone = stored(world) ?? null
    world.clock += rememberSeconds * 1000
    await runCalmly(world, create)
    loaded = tombstone
    await runCalmly(world, { kind: 'settle', endpointId })
    expect(calls.at(-1)).toBe('drop')
    expect(stored(world)).toMatchObject({ deletedAt: null })
  })

  it('plans to look again before it calls a deletion that could arrive after the planned look', async () => {
    const { world, calls } = await scene()
    await runCalmly(world, { kind: 'delete', endpointId })
    calls.length = 0
    await sweepAfter(world, lookAgainSeconds - 600)
    expect(calls).toEqual([
      'due',
      'due',
      'due',
      'load',
      'describe',
      'settle',
      'removePolicy',
      'scheduleDeletion',
      'settle',
    ])
    expect(stored(world)?.lookAgainAt?.getTime()).toBe(world.clock + lookAgainSeconds * 1000)
  })

  it('ends a mirror once more that a late call brought back, and stays until it has looked again', async () => {
    const { world } = await scene()
    await runCalmly(world, { kind: 'delete', endpointId })
    await sweepAfter(world, 6)
    mirrorOf(world).deleted = false
    await sweepAfter(world, lookAgainSeconds)
    expect(mirrorOf(world).deleted).toBe(true)
    expect(stored(world)?.lookAgainAt).not.toBeNull()
    await sweepAfter(world, lookAgainSeconds)
    expect(stored(world)?.lookAgainAt).toBeNull()
    await sweepAfter(world, rememberSeconds)
    expect(stored(world)).toBeUndefined()
  })

  it('lets an endpoint whose mirror was switched on again look for a late deletion', async () => {
    const { world } = await scene()
    await runCalmly(world, { kind: 'mirror', endpointId, to: 'off' })
    await sweepAfter(world, 6)
    await runCalmly(world, { kind: 'mirror', endpointId, to: 'on' })
    await sweepAfter(world, 6)
    mirrorOf(world).deleted = true
    await sweepAfter(world, lookAgainSeconds)
    expect(mirrorOf(world).deleted).toBe(false)
    const endpoint = stored(world)
    expect(endpoint && dueKindOf(endpoint)).toBe('look')
  })
})
