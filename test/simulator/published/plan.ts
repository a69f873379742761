import type { Contract } from '../../../src/contracts/contract'
import { secondRotationOf } from '../../../src/contracts/defaults'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { publishedOverlapSeconds } from '../../../src/rotation/published'
import type { Fault } from '../network'
import type { Operation } from '../operation'
import { everyFault } from '../plan'
import type { Random } from '../random'
import type { Roughness } from '../scheduler'

/** What one run asks for, when, and what goes wrong meanwhile. Seconds count from the first request. */
export interface PublishedPlan extends Roughness {
  readonly contract: Contract
  /** Null: receivers read with the mirror's own account. Else as a consumer of another one. */
  readonly reader: string | null
  /** Whether the reader is a consumer from the beginning, or once a change of settings makes it one. */
  readonly isShared: boolean
  /** The shortest lead: receivers hold what they read for less than that. */
  readonly cacheSeconds: number
  readonly longestLeadSeconds: number
  readonly operations: readonly Timed<Operation>[]
  readonly outages: readonly Outage[]
  /** At which second of a minute the sweep comes. */
  readonly sweepSecond: number
  /** How long the sweep comes by before all faults end. */
  readonly horizonSeconds: number
  readonly sweepsMeanwhile: boolean
}

export interface Timed<What> {
  readonly atSeconds: number
  readonly what: What
}

/** Which services nobody reaches, and for how long. */
export interface Outage {
  readonly fromSeconds: number
  readonly toSeconds: number
  readonly services: readonly Service[]
}

/** `policy`: the mirror's policy can be neither written nor taken away, while its value can. */
export type Service = 'mirror' | 'policy' | 'sealer' | 'events' | 'audit'

/** Everything that a contract can say about overlaps, second rotations and signatures. */
export const contracts: readonly Contract[] = [
  tumban,
  tumban,
  storno,
  featurebase,
  thesignup,
  keyturn,
  { ...tumban, name: 'single-fixed', overlap: { kind: 'fixed', seconds: 3600 }, secondRotation: { kind: 'reject' } },
  { ...tumban, name: 'single-keep', overlap: keyturn.overlap, secondRotation: { kind: 'keep', maximumLiveKeys: 5 } },
  { ...tumban, name: 'single-few', overlap: keyturn.overlap, secondRotation: { kind: 'keep', maximumLiveKeys: 3 } },
  { ...tumban, name: 'single-replace', overlap: keyturn.overlap, secondRotation: { kind: 'replace' } },
  { ...keyturn, name: 'list-replace', secondRotation: { kind: 'replace' } },
  { ...keyturn, name: 'list-reject', secondRotation: { kind: 'reject' } },
]

export const endpointId = 'ep_1'
const readerId = '111111111111'
const otherId = '222222222222'

const leads = [1, 5, 30, 60, 120, 600, 600, 1800, 3600] as const
const faultMixes: readonly (readonly Fault[])[] = [
  everyFault,
  everyFault,
  ['late'],
  ['reply-lost', 'repeat'],
  ['throttle'],
]
/** Within a call; past the aborts and the grace of a settle; past a backoff. */
const paces: readonly (readonly number[])[] = [[200], [1500, 2500, 6000], [6000, 20_000, 70_000]]

/** A random plan: two to five requests at an endpoint that is there and settled, mostly about its published key. */
export function randomPublishedPlan(random: Random): PublishedPlan {
  const cacheSeconds = random.pick(leads)
  const reader = random.chance(0.4) ? readerId : null
  const operations = randomOperations(random, { cacheSeconds, reader })
  const given = operations.flatMap(({ what }) => (what.kind === 'publish' ? [what.leadSeconds] : []))
  const longestLeadSeconds = Math.max(cacheSeconds, ...given)
  const outages = random.chance(0.4) ? randomOutages(random, cacheSeconds, operations) : []
  const lastSeconds = Math.max(...operations.map(each => each.atSeconds), ...outages.map(each => each.toSeconds))
  return {
    contract: { ...random.pick(contracts), rotationResetsFailures: true },
    reader,
    isShared: random.chance(0.8),
    cacheSeconds,
    longestLeadSeconds,
    operations,
    outages,
    sweepSecond: random.below(60),
    horizonSeconds: lastSeconds + longestLeadSeconds + random.pick([10, 100, 700]),
    faultRate: random.pick([0, 0, 0.02, 0.08, 0.25]),
    faults: random.pick(faultMixes),
    leapRate: random.pick([0, 0.02, 0.1]),
    leaps: random.pick(paces),
    sweepsMeanwhile: random.chance(0.5),
  }
}

interface About {
  readonly cacheSeconds: number
  readonly reader: string | null
}

const kinds = [
  ...(['publish', 'publish', 'publish', 'publish', 'promote', 'promote', 'abandon', 'abandon'] as const),
  ...(['roll-back', 'roll-back', 'share', 'mirror', 'settle', 'reveal'] as const),
]

function randomOperations(random: Random, about: About): readonly Timed<Operation>[] {
  let atSeconds = 0
  const apart = Array.from({ length: 2 + random.below(5) }, (_, place) => {
    if (place > 0) atSeconds += gapSeconds(random, about)
    const kind = place === 0 ? 'publish' : random.pick(kinds)
    return { atSeconds, what: randomOperation(random, about, { kind, place }) }
  })
  return random.chance(0.3) ? exchange(random, about) : apart
}

/** A key may sign, and while somebody promotes it another one gives it up and publishes a new one. */
function exchange(random: Random, about: About): readonly Timed<Operation>[] {
  const start = about.cacheSeconds + random.pick([10, 30])
  const kinds = ['publish', 'promote', 'abandon', 'publish'] as const
  return kinds.map((kind, place) => {
    const what = randomOperation(random, about, { kind, place })
    if (place === 0) return { atSeconds: 0, what: { ...what, signing: 'manual' } as Operation }
    return { atSeconds: start + place * random.pick([0.02, 0.03]), what }
  })
}

/** At once, or around what a lead, a sweep and an overlap take. */
function gapSeconds(random: Random, { cacheSeconds }: About): number {
  const { minimum, default: usual } = publishedOverlapSeconds
  const leads = [cacheSeconds, cacheSeconds + 5, cacheSeconds + 60, cacheSeconds / 2]
  const near = random.pick([0, 60, minimum, usual, minimum - cacheSeconds, usual - cacheSeconds, ...leads, ...leads])
  return Math.max(0, near + random.pick([-3, 0, 0, 0.05, 0.5, 1, 3, 20]))
}

interface Wanted {
  readonly kind: (typeof kinds)[number]
  readonly place: number
}

function randomOperation(random: Random, { cacheSeconds, reader }: About, { kind, place }: Wanted): Operation {
  const key = random.chance(0.4) ? random.pick(['key-a', `key-${place}`]) : null
  switch (kind) {
    case 'publish': {
      const signing = random.chance(0.75) ? 'published' : 'manual'
      const leadSeconds = cacheSeconds * random.pick([1, 1, 1, 2])
      const overlapSeconds = random.pick([null, null, publishedOverlapSeconds.minimum, 900, 7200])
      return { kind, endpointId, signing, leadSeconds, overlapSeconds, key }
    }
    case 'promote':
      return { kind, endpointId, forced: random.chance(0.2), key }
    case 'roll-back':
      return { kind, endpointId, forced: random.chance(0.2), key }
    case 'abandon':
      return { kind, endpointId, overlapSeconds: random.pick([null, publishedOverlapSeconds.minimum, 0]), key }
    case 'share': {
      const own = reader === null ? [] : [reader]
      return { kind, endpointId, consumers: random.pick([own, [...own, otherId]]) }
    }
    case 'mirror':
      return { kind, endpointId, to: random.chance(0.6) ? 'on' : 'off' }
    case 'settle':
    case 'reveal':
      return { kind, endpointId }
  }
}

/** One that begins around a request or a lead's end. */
function randomOutages(
  random: Random,
  cacheSeconds: number,
  operations: readonly Timed<Operation>[],
): readonly Outage[] {
  const { atSeconds } = random.pick(operations)
  const later = random.pick([0, 0.5, 2, 5, 20, cacheSeconds / 2, cacheSeconds, cacheSeconds + 3])
  const fromSeconds = atSeconds + later
  const lasts = random.pick([3, 20, 90, cacheSeconds / 2, cacheSeconds, cacheSeconds + 60, 2 * cacheSeconds + 60, 900])
  const services = random.pick<readonly Service[]>([
    ['mirror'],
    ['mirror'],
    ['mirror'],
    ['policy'],
    ['sealer'],
    ['events', 'audit'],
    ['mirror', 'sealer'],
  ])
  return [{ fromSeconds, toSeconds: fromSeconds + lasts, services }]
}

/** What a second rotation does at the contract, for the checks that every kind of schedule has. */
export function rulesOf({ contract }: PublishedPlan): { readonly secondRotation: ReturnType<typeof secondRotationOf> } {
  return { secondRotation: secondRotationOf(contract) }
}
