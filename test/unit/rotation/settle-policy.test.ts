import { describe, expect, it } from '@jest/globals'
import { lateCallSeconds } from '../../../src/rotation/change'
import { type Change, dueKindOf, type Endpoint } from '../../../src/rotation/endpoint'
import { mirrorName, mirrorState } from '../../../src/rotation/mirror'
import type { Mirror } from '../../../src/rotation/ports'
import { policyState } from '../../../src/rotation/settle-policy'
import { runCalmly } from '../../simulator/callers'
import type { Operation } from '../../simulator/operation'
import { seededRandom } from '../../simulator/random'
import { newWorld, type World } from '../../simulator/world'
import { type MirroredSecret, readVersion } from '../../support/memory/memory-mirror'

const endpointId = 'ep_1'
const reader = 'arn:aws:iam::123456789012:role/reader'
const other = '210987654321'
const rotate: Operation = { kind: 'rotate', endpointId, overlapSeconds: 60, forced: false, key: null }

interface Scene {
  readonly world: World
  /** Calls that changed the policy. */
  readonly calls: string[]
  /** While true, writing a policy fails. */
  readonly fault: { on: boolean }
}

/** A settled endpoint with a mirror that nobody else reads. */
async function scene(): Promise<Scene> {
  const calls: string[] = []
  const fault = { on: false }
  const faulty = (mirror: Mirror): Mirror => ({
    ...mirror,
    putPolicy: async (policy, signal) => {
      calls.push('put')
      if (fault.on) throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' })
      return mirror.putPolicy(policy, signal)
    },
    removePolicy: async (name, signal) => {
      calls.push('remove')
      return mirror.removePolicy(name, signal)
    },
  })
  const world = newWorld(
    seededRandom(1),
    { secondRotation: { kind: 'keep', maximumLiveKeys: 5 } },
    { sabotage: services => ({ ...services, mirror: faulty(services.mirror) }) },
  )
  await runCalmly(world, { kind: 'create', endpointId, mirror: 'on', key: null })
  calls.length = 0
  return { world, calls, fault }
}

function stored({ cloud }: World): Endpoint {
  const endpoint = cloud.state.table.endpoints.get(`acme#${endpointId}`)?.endpoint
  if (!endpoint) throw new Error('nothing is stored')
  return endpoint
}

/** Names the consumers as an update does, without settling them; `updates` changes are then unsettled. */
function name({ cloud, clock }: World, consumers: readonly string[], updates = 1): void {
  const item = cloud.state.table.endpoints.get(`acme#${endpointId}`)
  if (!item) throw new Error('nothing is stored')
  const { endpoint } = item
  const revision = endpoint.revision + updates
  const changes = Array.from({ length: updates }, (_, nth): Change => {
    return { ...endpoint.changes[0], id: `chg_${revision - nth}`, kind: 'update', revision: revision - nth }
  })
  const [first = endpoint.changes[0], ...more] = changes
  const settings = { ...endpoint.settings, consumers }
  const over = { settings, revision, changes: [first, ...more, ...endpoint.changes] as const, dueAt: new Date(clock) }
  cloud.state.table.endpoints.set(`acme#${endpointId}`, { ...item, endpoint: { ...endpoint, ...over } })
}

function policyOf({ cloud }: World): string | null {
  return cloud.state.vault.secrets.get(mirrorName('test', 'acme', endpointId))?.policy ?? null
}

async function sweepAfter(world: World, seconds: number): Promise<void> {
  world.clock += seconds * 1000
  await runCalmly(world, { kind: 'sweep' })
}

describe('settling the consumers of an endpoint', () => {
  it('puts them into the policy of its mirror, and takes the policy away with the last of them', async () => {
    const { world } = await scene()
    name(world, [reader, other])
    expect(policyState(stored(world))).toBe('pending')
    await sweepAfter(world, 0)
    expect(policyOf(world)).toBe(JSON.stringify([reader, other]))
    expect(policyState(stored(world))).toBe('current')
    name(world, [])
    await sweepAfter(world, 0)
    expect(policyOf(world)).toBeNull()
    expect(policyState(stored(world))).toBe('off')
  })

  it('calls nothing for an endpoint that never had any, and nothing more for a rotation', async () => {
    const { world, calls } = await scene()
    await runCalmly(world, rotate)
    expect(calls).toEqual([])
    name(world, [reader])
    await sweepAfter(world, 0)
    await runCalmly(world, rotate)
    expect(calls).toEqual(['put'])
  })

  it('writes them once more when any call that was given up on has arrived, and then rests', async () => {
    const { world, calls } = await scene()
    name(world, [reader])
    await sweepAfter(world, 0)
    expect(stored(world).dueAt).toEqual(new Date(world.clock + lateCallSeconds * 1000))
    await sweepAfter(world, lateCallSeconds)
    expect(calls).toEqual(['put', 'put'])
    expect(stored(world).settling.policy).toMatchObject({ consumers: [reader], dueAt: null })
    expect(dueKindOf(stored(world))).toBe('look')
  })

  it('writes them again when another update came before it was known what an earlier one did', async () => {
    const { world, calls } = await scene()
    name(world, [], 2)
    await sweepAfter(world, 0)
    expect(calls).toEqual(['remove'])
  })
})

describe('a policy that cannot be written', () => {
  it('has its own error, and never holds up a rotation', async () => {
    const { world, fault } = await scene()
    fault.on = true
    name(world, [reader])
    await sweepAfter(world, 0)
    await runCalmly(world, rotate)
    const endpoint = stored(world)
    expect(mirrorState(endpoint)).toBe('current')
    expect(endpoint.settling).toMatchObject({ revision: endpoint.revision, failures: 0, error: null })
    expect(endpoint.settling.policy).toMatchObject({ consumers: null, error: 'ThrottlingException' })
    expect(policyState(endpoint)).toBe('pending')
  })

  it('is tried again, less and less often, until it can be', async () => {
    const { world, calls, fault } = await scene()
    fault.on = true
    name(world, [reader])
    await sweepAfter(world, 0)
    await sweepAfter(world, 4)
    expect(calls.length).toBe(1)
    await sweepAfter(world, 1)
    await sweepAfter(world, 9)
    expect(calls.length).toBe(2)
    fault.on = false
    await sweepAfter(world, 1)
    expect(policyOf(world)).toBe(JSON.stringify([reader]))
    expect(policyState(stored(world))).toBe('current')
  })
})

describe('a consumer that does not exist in AWS', () => {
  const gone = 'arn:aws:iam::123456789012:role/gone'
  const error = 'MalformedPolicyDocumentException'

  async function sceneWithout(...strangers: readonly string[]): Promise<Scene> {
    const made = await scene()
    for (const stranger of strangers) made.world.cloud.state.vault.strangers.add(stranger)
    return made
  }

  it('keeps no other from reading, and is told as refused', async () => {
    const { world } = await sceneWithout(gone)
    name(world, [reader, gone, other])
    await sweepAfter(world, 0)
    expect(policyOf(world)).toBe(JSON.stringify([reader, other]))
    expect(stored(world).settling.policy).toMatchObject({ consumers: [reader, other], refused: [gone], error })
    expect(policyState(stored(world))).toBe('pending')
  })

  it('keeps nobody’s access alive: who is removed beside it reads no more', async () => {
    const { world } = await sceneWithout(gone)
    name(world, [reader, other])
    await sweepAfter(world, 0)
    name(world, [gone, other])
    await sweepAfter(world, 0)
    expect(policyOf(world)).toBe(JSON.stringify([other]))
    name(world, [gone])
    await sweepAfter(world, 0)
    expect(policyOf(world)).toBeNull()
    expect(stored(world).settling.policy).toMatchObject({ consumers: [], refused: [gone] })
  })

  it('is found among many in few calls, and takes nothing from those that could read before', async () => {
    const many = Array.from({ length: 19 }, (_, n) => String(100_000_000_000 + n))
    const { world, calls } = await sceneWithout(gone)
    name(world, many)
    await sweepAfter(world, 0)
    calls.length = 0
    name(world, [...many.slice(0, 7), gone, ...many.slice(7)])
    await sweepAfter(world, 0)
    expect(JSON.parse(policyOf(world) ?? '')).toEqual(many)
    expect(calls).toEqual(['put', 'put', 'put'])
  })

  it('is found also where all are new, several do not exist, and one of them is the last', async () => {
    const many = Array.from({ length: 17 }, (_, n) => String(100_000_000_000 + n))
    const { world, calls } = await sceneWithout(...['3', '4', '16'].map(end => String(100_000_000_000 + Number(end))))
    name(world, many)
    await sweepAfter(world, 0)
    const refused = [many[3], many[4], many[16]]
    expect(JSON.parse(policyOf(world) ?? '')).toEqual(many.filter(each => !refused.includes(each)))
    expect(stored(world).settling.policy?.refused?.toSorted()).toEqual(refused)
    expect(calls.length).toBeLessThan(2 * many.length)
  })

  it('is tried again by the sweep, less and less often, and reads once it exists', async () => {
    const { world, calls } = await sceneWithout(gone)
    name(world, [reader, gone])
    await sweepAfter(world, 0)
    calls.length = 0
    await runCalmly(world, rotate)
    await sweepAfter(world, 4)
    expect(calls).toEqual([])
    await sweepAfter(world, 1)
    expect(calls).toEqual(['put', 'put', 'put'])
    world.cloud.state.vault.strangers.clear()
    await sweepAfter(world, 9)
    expect(policyState(stored(world))).toBe('pending')
    await sweepAfter(world, 1)
    expect(policyOf(world)).toBe(JSON.stringify([reader, gone]))
    expect(policyState(stored(world))).toBe('current')
    expect(Object.keys(stored(world).settling.policy ?? {})).not.toContain('refused')
  })

  it('is remembered where the search for it ends too early, so that the next one comes further', async () => {
    const { world } = await sceneWithout(gone)
    const { mirror } = world.cloud.services
    let left = 4
    const putPolicy: Mirror['putPolicy'] = (policy, signal) => {
      left -= 1
      if (left >= 0) return mirror.putPolicy(policy, signal)
      return Promise.reject(Object.assign(new Error('too late'), { name: 'AbortError' }))
    }
    Object.assign(world.cloud.services, { mirror: { ...mirror, putPolicy } })
    name(world, [gone, '100000000001', '100000000002', '100000000003'])
    await sweepAfter(world, 0)
    expect(stored(world).settling.policy).toMatchObject({ consumers: null, refused: [gone], error: 'AbortError' })
    left = 3
    await sweepAfter(world, 5)
    expect(stored(world).settling.policy).toMatchObject({ refused: [gone], error })
    expect(JSON.parse(policyOf(world) ?? '')).toEqual(['100000000001', '100000000002', '100000000003'])
  })
})

describe('a mirror that is made Keyturn’s own again', () => {
  async function sharedScene(): Promise<Scene> {
    const shared = await scene()
    name(shared.world, [reader])
    await sweepAfter(shared.world, 1)
    await sweepAfter(shared.world, lateCallSeconds)
    expect(stored(shared.world).settling.policy).toMatchObject({ consumers: [reader], dueAt: null })
    return shared
  }

  function mirrorOf({ cloud }: World): MirroredSecret {
    const secret = cloud.state.vault.secrets.get(mirrorName('test', 'acme', endpointId))
    if (!secret) throw new Error('there is no mirror')
    return secret
  }

  it('is read by its consumers again when it was restored', async () => {
    const { world } = await sharedScene()
    mirrorOf(world).deleted = true
    await runCalmly(world, rotate)
    expect(mirrorState(stored(world))).toBe('current')
    expect(policyOf(world)).toBe(JSON.stringify([reader]))
    expect(policyState(stored(world))).toBe('current')
  })

  it('has the stage’s KMS key before a value goes in, where another key was to seal it', async () => {
    const { world } = await sharedScene()
    mirrorOf(world).owner = 'somebody else'
    world.cloud.state.vault.isOtherKeyEnabled = false
    await runCalmly(world, rotate)
    expect(mirrorState(stored(world))).toBe('current')
    expect(mirrorOf(world)).toMatchObject({ owner: 'keyturn', policy: JSON.stringify([reader]) })
    const mirror = mirrorName('test', 'acme', endpointId)
    expect(readVersion(world.cloud.state.vault, mirror, 'AWSCURRENT')).not.toBeNull()
  })

  it('tells that its policy is gone until it is written, also where that failed in between', async () => {
    const { world, fault } = await sharedScene()
    mirrorOf(world).deleted = true
    fault.on = true
    await runCalmly(world, rotate)
    expect(policyOf(world)).toBeNull()
    expect(policyState(stored(world))).toBe('pending')
    fault.on = false
    await sweepAfter(world, 60)
    expect(policyOf(world)).toBe(JSON.stringify([reader]))
  })
})
