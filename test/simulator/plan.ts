import type { SecondRotation } from '../../src/contracts/contract'
import type { Fault } from './network'
import type { Operation, Step } from './operation'
import type { Random } from './random'

/** What one run starts from, what is asked of it, and how rough it gets. */
export interface Plan {
  readonly secondRotation: SecondRotation
  /** Endpoints that are there, and settled, before anything is asked. */
  readonly start: readonly Start[]
  readonly operations: readonly Operation[]
  /** How likely a call goes wrong, and in which ways. */
  readonly faultRate: number
  readonly faults: readonly Fault[]
  /** How likely time leaps while callers are under way, and by how many milliseconds. */
  readonly leapRate: number
  readonly leaps: readonly number[]
  /** Whether the sweep goes on while late calls arrive at the end. */
  readonly sweepsMeanwhile: boolean
}

export interface Start {
  readonly endpointId: string
  readonly mirror: 'on' | 'off'
  /** Deleted so long ago that the next sweep drops its tombstone. */
  readonly isForgotten: boolean
}

const secondRotations: readonly SecondRotation[] = [
  { kind: 'keep', maximumLiveKeys: 5 },
  { kind: 'keep', maximumLiveKeys: 5 },
  { kind: 'keep', maximumLiveKeys: 2 },
  { kind: 'reject' },
  { kind: 'replace' },
]

const rotations = ['rotate', 'rotate', 'rotate', 'rotate', 'rotate', 'revoke', 'settle', 'reveal'] as const
const mirrors = ['rotate', 'mirror', 'mirror', 'delete', 'delete', 'create', 'create', 'settle'] as const
const readers = ['share', 'share', 'share', 'share', 'rotate', 'mirror', 'delete', 'create', 'settle'] as const
/** What is asked: mostly rotations, mostly what makes and ends mirrors, mostly who reads them, or anything. */
const requestMixes = [rotations, mirrors, readers, [...rotations, ...mirrors, ...readers]] as const

export const everyFault: readonly Fault[] = [
  'throttle',
  'reply-lost',
  'late',
  'repeat',
  'killed-before',
  'killed-after',
]
/** One kind of fault often goes deeper than all at once. */
const faultMixes: readonly (readonly Fault[])[] = [
  everyFault,
  everyFault,
  ['late'],
  ['reply-lost', 'repeat'],
  ['late', 'killed-after'],
]

/** Past the aborts and the grace of a settle. */
const hurried = [1500, 2500, 6000, 6000, 20_000, 70_000]
/** Past what a late call, a backoff or a look may take. */
const calm = [6000, 30_000, 120_000, 300_000, 590_000, 650_000]
/** Past the day for which changes are remembered: keys expire, and tombstones are dropped while callers are under way. */
const days = [6000, 650_000, 86_500_000]
const paces: readonly (readonly number[])[] = [hurried, hurried, calm, calm, days]

/** A random plan: one or two endpoints, two to four requests and one or two sweeps. */
export function randomPlan(random: Random): Plan {
  const ids = random.chance(0.1) ? ['ep_1', 'ep_2'] : ['ep_1']
  const start = ids.filter(() => random.chance(0.9)).map(endpointId => startOf(random, endpointId))
  const kinds = random.pick(requestMixes)
  const requests = Array.from({ length: 2 + random.below(3) }, (_, place) =>
    randomRequest(random, { kind: random.pick(kinds), ids, place }),
  )
  const sweeps = Array.from({ length: 1 + random.below(kinds === mirrors ? 3 : 2) }, () => ({ kind: 'sweep' }) as const)
  return {
    secondRotation: random.pick(secondRotations),
    start,
    operations: [...requests, ...sweeps],
    faultRate: random.pick([0, 0.02, 0.08, 0.25, 0.4]),
    faults: random.pick(faultMixes),
    leapRate: random.pick([0, 0.02, 0.1]),
    leaps: random.pick(paces),
    sweepsMeanwhile: random.chance(0.5),
  }
}

function startOf(random: Random, endpointId: string): Start {
  return { endpointId, mirror: random.chance(0.8) ? 'on' : 'off', isForgotten: random.chance(0.1) }
}

interface Ask {
  readonly kind: Exclude<Operation['kind'], 'sweep' | Step['kind']>
  readonly ids: readonly string[]
  readonly place: number
}

function randomRequest(random: Random, { kind, ids, place }: Ask): Operation {
  const endpointId = random.pick(ids)
  const key = random.chance(0.5) ? random.pick(['key-a', `key-${place}`]) : null
  switch (kind) {
    case 'rotate':
      return { kind, endpointId, overlapSeconds: random.pick([86_400, 86_400, 60, 0]), forced: random.chance(0.2), key }
    case 'create':
      return { kind, endpointId, mirror: random.chance(0.8) ? 'on' : 'off', key }
    case 'revoke':
      return { kind, endpointId, key }
    case 'mirror':
      return { kind, endpointId, to: random.pick(['on', 'off']) }
    case 'share':
      return { kind, endpointId, consumers: random.pick([[], ['111111111111'], ['111111111111', '222222222222']]) }
    case 'delete':
    case 'settle':
    case 'reveal':
      return { kind, endpointId }
  }
}
