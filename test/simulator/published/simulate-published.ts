import { rememberSeconds } from '../../../src/rotation/change'
import { addOperation, runCalmly } from '../callers'
import { checkRepeats, checkReveals } from '../check-answers'
import { checkEnd, letLateCallsArrive, everythingDueMilliseconds } from '../check-end'
import type { Cloud, Sabotage, Services } from '../cloud'
import type { Operation } from '../operation'
import { seededRandom } from '../random'
import { advanceTo, isUnderWay, letGoOn, nextCaller, nextEventAt, pause } from '../scheduler'
import { mustHold, newWorld, traceStep, type World } from '../world'
import { checkSteps } from './check-steps'
import { endpointId, type Outage, type PublishedPlan, randomPublishedPlan, rulesOf, type Service } from './plan'
import { firstRefusal } from './receivers'
import { newTimeline, noteMoment, type Timeline } from './timeline'

export interface PublishedOptions {
  readonly sabotage?: Sabotage
  /** Every key signs at once instead: receivers refuse deliveries then, and nothing excuses it. */
  readonly control?: boolean
  readonly trace?: (line: string) => void
}

interface Bed {
  readonly world: World
  readonly plan: PublishedPlan
  readonly timeline: Timeline
}

/** Runs the schedule of one seed about published keys. Returns the first invariant that it broke, or null. */
export async function simulatePublished(seed: number, options: PublishedOptions = {}): Promise<string | null> {
  const random = seededRandom(seed)
  const drawn = randomPublishedPlan(random)
  const plan = options.control === true ? signingAtOnce(drawn) : drawn
  options.trace?.(`seed ${seed}: ${JSON.stringify({ ...plan, contract: plan.contract.name })}`)
  const timeline = newTimeline(plan.reader)
  const { trace, sabotage = services => services } = options
  const world = newWorld(random, rulesOf(plan), {
    contract: plan.contract,
    sabotage: (services, state) => sabotage(outOfReach(services, timeline.down), state),
    mostSkew,
    watch: watched => noteMoment(watched, timeline),
    ...(trace === undefined ? {} : { trace }),
  })
  const bed = { world, plan, timeline }
  const phases = [
    () => begin(bed),
    () => runTimeline(bed),
    () => checkPromoted(bed),
    async () => checkReceivers(bed, options.control !== true),
    async () => checkSteps(world.ledger),
    () => checkEnd(world, plan),
    async () => checkReveals(world),
    async () => (remembersAll(world, bed) ? checkRepeats(world) : undefined),
  ]
  for (const phase of phases) {
    if (world.ledger.violation === null) await phase()
  }
  return world.ledger.violation
}

/** The clocks of functions are off by two seconds at the most, in milliseconds. */
const mostSkew = 2000

function signingAtOnce(plan: PublishedPlan): PublishedPlan {
  const operations = plan.operations.map(({ atSeconds, what }) => ({
    atSeconds,
    what: what.kind === 'publish' ? ({ ...rotation, key: what.key } as const) : what,
  }))
  return { ...plan, operations }
}

const rotation = {
  kind: 'rotate',
  endpointId,
  overlapSeconds: null,
  forced: false,
} as const satisfies Partial<Operation>

/** The services, of which some answer that they are not there while they are down. */
function outOfReach(services: Services, down: ReadonlySet<Service>): Services {
  return {
    ...services,
    mirror: refusing(services.mirror, name => down.has('mirror') || (down.has('policy') && isOfPolicy(name))),
    sealer: refusing(services.sealer, () => down.has('sealer')),
    events: refusing(services.events, () => down.has('events')),
    audit: refusing(services.audit, () => down.has('audit')),
  }
}

function isOfPolicy(name: string): boolean {
  return name === 'putPolicy' || name === 'removePolicy'
}

const unavailable = Object.assign(new Error('unavailable'), { name: 'ServiceUnavailableException' })

type Calls = Readonly<Record<string, (...given: never[]) => Promise<unknown>>>

function refusing<Port extends { readonly [Name in keyof Port]: Calls[string] }>(
  port: Port,
  isDown: (name: string) => boolean,
): Port {
  const calls = Object.entries(port as Calls).map(
    ([name, call]) =>
      [name, (...given: never[]) => (isDown(name) ? Promise.reject(unavailable) : call(...given))] as const,
  )
  return Object.fromEntries(calls) as Port
}

/** The endpoint is there and settled before anything is asked. */
async function begin({ world, plan: { reader, isShared } }: Bed): Promise<void> {
  const consumers = reader !== null && isShared ? [reader] : []
  await runCalmly(world, { kind: 'create', endpointId, mirror: 'on', consumers, key: null })
  await advanceTo(world, world.clock + everythingDueMilliseconds)
  await runCalmly(world, { kind: 'sweep' })
}

const maximumSteps = 4000
const minute = 60_000

/** Something that happens at a time of its own. */
interface Planned {
  readonly at: number
  readonly happen: () => void
}

/** Requests, outages and sweeps begin at their times, and callers go on meanwhile as in every schedule. */
async function runTimeline(bed: Bed): Promise<void> {
  const { world, plan } = bed
  const planned = plannedOf(bed)
  const end = world.clock + plan.horizonSeconds * 1000
  let swept = world.clock
  for (let step = 0; step < maximumSteps; step++) {
    if (world.ledger.violation !== null) return
    while (planned[0] !== undefined && planned[0].at <= world.clock) planned.shift()?.happen()
    const sweepAt = nextSweepAt(bed, swept)
    if (sweepAt <= world.clock) {
      swept = world.clock
      addOperation(world, { kind: 'sweep' })
    }
    const isBusy = world.callers.some(isUnderWay)
    if (!isBusy && planned.length === 0 && sweepAt > end) return
    await passTime(bed, { isBusy, next: Math.min(planned[0]?.at ?? Infinity, nextSweepAt(bed, swept)) })
  }
  world.ledger.violation ??= `callers end within ${maximumSteps} steps`
}

function plannedOf({ world, plan, timeline }: Bed): Planned[] {
  const start = world.clock
  const requests = plan.operations.map(({ atSeconds, what }) => ({
    at: start + atSeconds * 1000,
    happen: () => void addOperation(world, what),
  }))
  const switches = plan.outages.flatMap(outage => switchesOf(outage, { world, timeline, start }))
  return [...requests, ...switches].sort((one, other) => one.at - other.at)
}

interface Switching {
  readonly world: World
  readonly timeline: Timeline
  readonly start: number
}

function switchesOf(
  { fromSeconds, toSeconds, services }: Outage,
  { world, timeline, start }: Switching,
): readonly Planned[] {
  const { down } = timeline
  const switched = (word: string, change: (service: Service) => void) => () => {
    traceStep(world, services.join(' '), () => word)
    for (const service of services) change(service)
    noteMoment(world, timeline)
  }
  return [
    { at: start + fromSeconds * 1000, happen: switched('out of reach', service => down.add(service)) },
    { at: start + toSeconds * 1000, happen: switched('back', service => down.delete(service)) },
  ]
}

/** The sweep comes every minute; one that finds nothing due does nothing and is left out. */
function nextSweepAt({ world, plan }: Bed, swept: number): number {
  const times = [...world.cloud.state.table.endpoints.values()].flatMap(
    ({ endpoint }) => endpoint.dueAt?.getTime() ?? [],
  )
  if (times.length === 0) return Infinity
  const earliest = Math.max(Math.min(...times) - mostSkew, swept + 1)
  const second = plan.sweepSecond * 1000
  return Math.ceil((earliest - second) / minute) * minute + second
}

async function passTime({ world, plan }: Bed, { isBusy, next }: { isBusy: boolean; next: number }): Promise<void> {
  if (!isBusy) return next === Infinity ? undefined : advanceTo(world, next)
  await advanceTo(world, Math.min(next, world.clock + pause(world, plan)))
  const caller = nextCaller(world)
  if (caller !== null) return letGoOn(world, caller, plan)
  if (!world.callers.some(isUnderWay)) return
  const at = Math.min(next, nextEventAt(world) ?? Infinity)
  if (at === Infinity) world.ledger.violation ??= 'callers wait for something'
  else await advanceTo(world, at)
}

/** Promotions may be later than their lead by that: two sweeps, and the clocks. */
const lateMilliseconds = 180_000

/** Once nothing goes wrong any more, a key that waits for its lead signs soon after it. */
async function checkPromoted({ world, plan, timeline }: Bed): Promise<void> {
  timeline.down.clear()
  await letLateCallsArrive(world, plan.sweepsMeanwhile)
  await advanceTo(world, world.clock + everythingDueMilliseconds)
  await runCalmly(world, { kind: 'sweep' })
  const latest = world.clock + plan.longestLeadSeconds * 1000 + lateMilliseconds
  while (waits(world.cloud) && world.clock < latest) {
    await advanceTo(world, world.clock + minute)
    await runCalmly(world, { kind: 'sweep' })
  }
  mustHold(world.ledger, !waits(world.cloud), 'a key that waits for its lead signs three minutes later')
}

function waits({ state }: Cloud): boolean {
  return [...state.table.endpoints.values()].some(({ endpoint }) => endpoint.published?.signing === 'published')
}

function checkReceivers({ world, plan, timeline }: Bed, excusing: boolean): void {
  const { contract, cacheSeconds } = plan
  const refusal = firstRefusal(timeline, { contract, cacheSeconds, excusing }, world.clock)
  mustHold(world.ledger, refusal === null, refusal ?? '')
}

/** Whether no change is so old that a repeat of it is a new request. */
function remembersAll({ clock }: World, { timeline }: Bed): boolean {
  return clock - (timeline.rings[0]?.at ?? clock) < rememberSeconds * 1000
}
