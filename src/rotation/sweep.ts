import { allDone } from '../core/concurrency'
import { addSeconds } from '../core/instant'
import { lookAgainSeconds } from './change'
import { dailyLookSeconds, lookAtMirror, noteLook } from './daily-look'
import { promotionAt, workPlannedAt } from './due'
import { type DueQueue, dueQueue } from './due-queue'
import { type DueKind, dueKindOf, type Endpoint, loggedAs, unsettledChanges } from './endpoint'
import type { DueEndpoint, EndpointAddress, RotationDeps } from './ports'
import { promoteDue } from './promote'
import { settle } from './settle'
import { backoffSeconds } from './settle-policy'

export interface SweepDeps extends RotationDeps {
  readonly sleep: (milliseconds: number) => Promise<void>
}

export interface SweepReport {
  readonly settled: number
  readonly failed: number
  /** All that is still due, and left to the next sweep. */
  readonly left: number
  /** How long the oldest unsettled change that was due has waited, settled by now or left. */
  readonly oldestSeconds: number
  /** How long after its time the latest planned work was done, or is still left. */
  readonly plannedLateSeconds: number
  /** Mirrors that were compared with what is stored. */
  readonly looked: number
  /** Those among them that somebody had changed: they are settled like everything else that is due. */
  readonly changedByHand: number
  /** How long after its time the latest look was made, or is still to be made. */
  readonly lookLateSeconds: number
}

const settleMilliseconds = 5000
const lanes = 4
/** Of all lanes, while there is work of both kinds. */
const plannedLanes = 1
/** Looks have lanes of their own: they only read, and what they call has other quotas than writing values. */
const lookLanes = { besideWork: 1, alone: lanes }
/** A look that is later than this counts as left: its mirror was not looked at for a day. */
const lateLookSeconds = 24 * 60 * 60 - dailyLookSeconds
/** Settling writes to Secrets Manager twice, so four lanes take 20 of its 50 writes a second at the most. */
const laneMilliseconds = 400

type Running = { -readonly [Field in keyof SweepReport]: SweepReport[Field] }

/**
 * Settles what is due until nothing is, or until `until`. Tenants take turns, unsettled changes, planned work and
 * looks have lanes of their own, and one endpoint that fails does not hold up the others.
 */
export async function sweep(deps: SweepDeps, until: Date): Promise<SweepReport> {
  const [unsettled, planned, looks] = await allDone([
    dueQueue(deps, 'unsettled'),
    dueQueue(deps, 'planned'),
    dueQueue(deps, 'look'),
  ])
  const report = newReport()
  const hasWork = unsettled.size() + planned.size() > 0
  const runs = [
    { ...deps, until, report, queue: unsettled, lanes: planned.size() === 0 ? lanes : lanes - plannedLanes },
    { ...deps, until, report, queue: planned, lanes: unsettled.size() === 0 ? lanes : plannedLanes },
    { ...deps, until, report, queue: looks, lanes: hasWork ? lookLanes.besideWork : lookLanes.alone },
  ]
  await allDone(runs.map(run => allDone(Array.from({ length: run.lanes }, () => workOff(run)))))
  const [changes, work, late] = await allDone([unsettled.rest(), planned.rest(), looks.rest()])
  countLeft(report, { unsettled: changes, planned: work, look: late }, deps.now())
  return report
}

interface Run extends SweepDeps {
  readonly queue: DueQueue
  readonly until: Date
  readonly report: Running
}

/** One lane: an endpoint at a time, and never more of them a second than Secrets Manager takes. */
async function workOff(run: Run): Promise<void> {
  for (let isFirst = true; run.now() < run.until; isFirst = false) {
    const address = await run.queue.next()
    if (address === null) return
    if (!isFirst) await run.sleep(laneMilliseconds)
    await sweepOne(run, address)
  }
}

function newReport(): Running {
  const counts = { settled: 0, failed: 0, left: 0, looked: 0, changedByHand: 0 }
  return { ...counts, oldestSeconds: 0, plannedLateSeconds: 0, lookLateSeconds: 0 }
}

/** What had no turn is counted by when it became due, which is at most a backoff after its change. */
function countLeft(report: Running, left: Readonly<Record<DueKind, readonly DueEndpoint[]>>, now: Date): void {
  for (const kind of ['unsettled', 'planned', 'look'] as const) {
    for (const { dueAt } of left[kind]) countLate(report, kind, secondsSince(dueAt, now))
  }
  const lateLooks = left.look.filter(({ dueAt }) => secondsSince(dueAt, now) >= lateLookSeconds)
  report.left += left.unsettled.length + left.planned.length + lateLooks.length
}

const lateFields = {
  unsettled: 'oldestSeconds',
  planned: 'plannedLateSeconds',
  look: 'lookLateSeconds',
} as const satisfies Readonly<Record<DueKind, keyof SweepReport>>

function countLate(report: Running, kind: DueKind, seconds: number): void {
  const field = lateFields[kind]
  report[field] = Math.max(report[field], seconds)
}

function secondsSince(then: Date, now: Date): number {
  return Math.floor((now.getTime() - then.getTime()) / 1000)
}

async function sweepOne(run: Run, address: EndpointAddress): Promise<void> {
  const { report } = run
  try {
    const endpoint = await run.store.load(address)
    const now = run.now()
    if (!endpoint?.dueAt || endpoint.dueAt > now) return
    countWait(report, endpoint, now)
    const work = workOf(endpoint, now)
    if (work === 'look') return await lookOrPostpone(run, endpoint)
    const { hasFailed, isDueStill } = await (work === 'promote' ? promoteOrPostpone : settleOrPostpone)(run, endpoint)
    report[hasFailed ? 'failed' : 'settled'] += 1
    if (isDueStill) report.left += 1
  } catch (error) {
    report.failed += 1
    report.left += 1
    run.log.error('a due endpoint could not be read or put off', {
      tenantId: address.tenantId,
      endpointId: address.endpointId,
      error: nameOf(error),
    })
  }
}

/** Only a change that is not settled counts as one that waits; planned work and looks are merely late. */
function countWait(report: Running, endpoint: Endpoint, now: Date): void {
  const since = unsettledChanges(endpoint).at(-1)?.at ?? endpoint.dueAt ?? now
  countLate(report, dueKindOf(endpoint), secondsSince(since, now))
}

/**
 * What the sweep does to an endpoint that is due, one thing in a sweep: what is not settled comes before a promotion, and
 * that before a look.
 */
function workOf(endpoint: Endpoint, now: Date): 'settle' | 'promote' | 'look' {
  const kind = dueKindOf(endpoint)
  if (kind === 'unsettled' || isPast(workPlannedAt(endpoint), now)) return 'settle'
  if (isPast(promotionAt(endpoint), now)) return 'promote'
  return kind === 'look' && hasMirror(endpoint) ? 'look' : 'settle'
}

function isPast(at: Date | null, now: Date): boolean {
  return at !== null && at <= now
}

function hasMirror({ deletedAt, settings }: Endpoint): boolean {
  return deletedAt === null && settings.mirror === 'on'
}

/** Compares the mirror with what is stored. Where they differ, the endpoint is due like any other, and is settled. */
async function lookOrPostpone(run: Run, endpoint: Endpoint): Promise<void> {
  const { report } = run
  const signal = run.timeout(settleMilliseconds)
  try {
    const look = await lookAtMirror(run, endpoint, signal)
    report.looked += 1
    const outcome = await noteLook(run, endpoint, { look, signal })
    if (outcome === 'conflict' || look.faults.length === 0) return
    report.changedByHand += 1
    run.log.error('a mirror is not as Keyturn left it', { ...loggedAs(endpoint), faults: look.faults.join(' ') })
  } catch (error) {
    report.failed += 1
    if ((await postpone(run, endpoint, nameOf(error))) === 'conflict') report.left += 1
  }
}

interface Outcome {
  readonly hasFailed: boolean
  /** Another change came meanwhile: the endpoint is neither settled nor put off. */
  readonly isDueStill: boolean
}

async function settleOrPostpone(deps: SweepDeps, endpoint: Endpoint): Promise<Outcome> {
  try {
    const settled = await settle(deps, endpoint, { opened: new Map(), signal: deps.timeout(settleMilliseconds) })
    return { hasFailed: false, isDueStill: settled === endpoint && endpoint.deletedAt === null }
  } catch (error) {
    return { hasFailed: true, isDueStill: (await postpone(deps, endpoint, nameOf(error))) === 'conflict' }
  }
}

async function promoteOrPostpone(deps: SweepDeps, endpoint: Endpoint): Promise<Outcome> {
  try {
    const outcome = await promoteDue(deps, endpoint, deps.timeout(settleMilliseconds))
    return { hasFailed: false, isDueStill: outcome === 'conflict' }
  } catch (error) {
    return { hasFailed: true, isDueStill: (await postpone(deps, endpoint, nameOf(error))) === 'conflict' }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}

/**
 * Puts a failed endpoint off, twice as long each time, so that it cannot starve the others. The calls of the failed
 * attempt may still arrive, so the mirror is looked at again.
 */
async function postpone(deps: SweepDeps, endpoint: Endpoint, error: string): Promise<'stored' | 'conflict'> {
  const failures = endpoint.settling.failures + 1
  const seconds = backoffSeconds(failures)
  deps.log.error('settling failed', { ...loggedAs(endpoint), error, failures, retryInSeconds: seconds })
  const settling = { ...endpoint.settling, failures, error }
  const now = deps.now()
  const lookAgainAt = endpoint.lookAgainAt && addSeconds(now, lookAgainSeconds)
  const settled = { settling, lookAgainAt, dueAt: addSeconds(now, seconds) }
  return deps.store.settle(endpoint, settled, deps.timeout(settleMilliseconds))
}
