import type { Closers } from '../../../../local/closers'
import { apiKeyHash } from '../../../../src/access/api-key'
import { inLanes } from '../../../../src/core/concurrency'
import { addSeconds } from '../../../../src/core/instant'
import { sweep } from '../../../../src/rotation/sweep'
import type { CalledReply } from '../../../support/api-caller'
import { everyStrike, type Strike, strikes } from '../../strikes'
import { type Places, placesById } from './agreement'
import { type Credentials, type RingBed, startRingBed } from './bed'
import type { PreparingBed, Repeatable, RingChange } from './changes'
import { strikePromotions, type StruckPromotion } from './struck-promotions'

/** One change, of which one call was struck. */
export interface StruckChange extends PlannedStrike {
  readonly request: Repeatable
  readonly reply: CalledReply
  /** Whether the call came. */
  readonly struck: boolean
}

interface PlannedStrike {
  readonly change: RingChange
  readonly strike: Strike
  /** The call's name: `UpdateItem 2`. */
  readonly at: string
  /** The request's `Idempotency-Key`. */
  readonly key: string
}

/** Every change, struck in every way at every call, and what that left behind. */
export interface StruckChanges extends RingBed {
  /** The calls of each change when nothing goes wrong. */
  readonly recorded: ReadonlyMap<RingChange, readonly string[]>
  readonly struck: readonly StruckChange[]
  /** Promotions by the sweep. */
  readonly promotions: readonly StruckPromotion[]
  /** By the endpoint's id, and only where there is an endpoint: after one sweep, before anything was repeated. */
  readonly swept: ReadonlyMap<string, Places>
  /** By the request's key. */
  readonly repeats: ReadonlyMap<string, CalledReply>
  /** By the endpoint's id, after the repeats. */
  readonly repeated: ReadonlyMap<string, Places>
}

/** What is struck: changes that are asked for, in every way, and the sweep's promotion in these. */
export interface PlannedChanges {
  readonly changes: readonly RingChange[]
  readonly promotionStrikes: readonly Strike[]
}

/** Takes over this process's AWS variables. */
export async function strikeChanges(
  { changes, promotionStrikes }: PlannedChanges,
  closers: Closers,
): Promise<StruckChanges> {
  const bed = await startRingBed(closers)
  const recorded = await recordCalls(bed, changes)
  const struck = await strikeAll(bed, plannedStrikes(recorded))
  const promotions = await strikePromotions(bed, promotionStrikes)
  await sweep({ ...bed.sweep, sleep: () => Promise.resolve() }, addSeconds(new Date(), 60))
  const swept = await placesById(bed)
  const repeats = await repeatAll(struck)
  if (promotions.length > 0) await bed.sweepFunction.run()
  return { ...bed, recorded, struck, promotions, swept, repeats, repeated: await placesById(bed) }
}

function preparingWith({ rotate: { api }, sweep: { store } }: RingBed, credentials: Credentials): PreparingBed {
  return { api, store, credentials }
}

async function recordCalls(bed: RingBed, changes: readonly RingChange[]): Promise<StruckChanges['recorded']> {
  const { rotate, credentials } = bed
  const { proxy } = rotate
  const recorded = new Map<RingChange, readonly string[]>()
  for (const change of changes) {
    const request = await change.prepare(preparingWith(bed, credentials[0]), `record-${recorded.size}`)
    const { calls } = proxy.watch(marksOf(request))
    const reply = await request.send()
    if (reply.status !== change.status) throw new Error(`${change.name} answered ${reply.status}: ${reply.text}`)
    recorded.set(
      change,
      calls.map(({ name }) => name),
    )
    proxy.forget()
  }
  return recorded
}

/** What every call of the request has in its body: the endpoint's id, or the hash of the API key. */
function marksOf({ endpointId, token }: Repeatable): readonly string[] {
  return [endpointId, apiKeyHash(token)]
}

function plannedStrikes(recorded: StruckChanges['recorded']): readonly PlannedStrike[] {
  return everyStrike.flatMap(strike =>
    [...recorded].flatMap(([change, calls], index) =>
      calls.map(at => ({ change, strike, at, key: `${index}-${at}-${strike}`.replaceAll(' ', '-') })),
    ),
  )
}

/** As many at a time as there are credentials, and one crash for all whose worker is killed. */
async function strikeAll(bed: RingBed, planned: readonly PlannedStrike[]): Promise<readonly StruckChange[]> {
  const struck: StruckChange[] = []
  for (const strike of everyStrike) {
    const left = planned.filter(each => each.strike === strike)
    while (left.length > 0) struck.push(...(await strikeTogether(bed, left.splice(0, bed.credentials.length))))
  }
  return struck
}

async function strikeTogether(bed: RingBed, planned: readonly PlannedStrike[]): Promise<readonly StruckChange[]> {
  const { rotate, credentials } = bed
  const { proxy, kill } = rotate
  const prepared = await Promise.all(
    credentials.slice(0, planned.length).map(async (own, place) => {
      const each = planned[place]
      if (each === undefined) throw new RangeError('more credentials than requests')
      return { each, request: await each.change.prepare(preparingWith(bed, own), each.key) }
    }),
  )
  const killOnce = onceAllHaveCome(planned.length, kill)
  const struck = await Promise.all(
    prepared.map(async ({ each, request }) => {
      const fault = { hits: (name: string) => name === each.at, strike: strikes[each.strike], kill: killOnce }
      const watch = proxy.watch(marksOf(request), { fault })
      const reply = await request.send()
      return { ...each, request, reply, struck: watch.struck }
    }),
  )
  proxy.forget()
  return struck
}

/** Does the work when called for the last time, and holds all callers until it is done. */
function onceAllHaveCome(callers: number, work: () => Promise<void>): () => Promise<void> {
  let missing = callers
  let release: () => void = () => undefined
  const done = new Promise<void>(resolve => (release = resolve))
  return async () => {
    missing -= 1
    if (missing === 0) await work().finally(release)
    await done
  }
}

/** Sends every request again, a few at a time. By its key. */
async function repeatAll(struck: readonly StruckChange[]): Promise<ReadonlyMap<string, CalledReply>> {
  return new Map(await inLanes(4, struck, async ({ key, request }) => [key, await request.send()] as const))
}
