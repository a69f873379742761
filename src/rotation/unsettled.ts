import { inLanes } from '../core/concurrency'
import { addSeconds } from '../core/instant'
import { settleGraceSeconds } from './change'
import { type Endpoint, unsettledChanges } from './endpoint'
import type { DueEndpoint, RotationDeps } from './ports'
import { maximumBackoffSeconds, policyState } from './settle-policy'

/** All that is not settled, whether it is due or was put off: what a sweep leaves behind. */
export interface UnsettledReport {
  /** Endpoints whose last try failed. */
  readonly failing: number
  /** Consumers that an endpoint names and the policy of its mirror does not. */
  readonly consumersNotWritten: number
  /** How long the oldest change has waited. */
  readonly oldestSeconds: number
}

type UnsettledDeps = Pick<RotationDeps, 'store' | 'now'>

/** Endpoints that are read to report on them; of the others only their place in the index is known. */
const mostReads = 100
const lanes = 10

/** Reads what is not settled by now. Of many endpoints it reads some, and judges the others by when they are due. */
export async function reportUnsettled({ store, now }: UnsettledDeps): Promise<UnsettledReport> {
  const at = now()
  const found: DueEndpoint[] = []
  const until = addSeconds(at, maximumBackoffSeconds)
  for await (const page of store.due({ kind: 'unsettled', since: null, until })) found.push(...page)
  const read = await inLanes(lanes, found.slice(0, mostReads), due => judgedByItem(store, due, at))
  const all = [...read, ...found.slice(mostReads).map(due => judgedByIndex(due, at))]
  return {
    failing: all.filter(({ isFailing }) => isFailing).length,
    consumersNotWritten: all.reduce((sum, each) => sum + each.consumersNotWritten, 0),
    oldestSeconds: all.reduce((most, each) => Math.max(most, each.waitedSeconds), 0),
  }
}

interface Judgement {
  readonly isFailing: boolean
  readonly consumersNotWritten: number
  readonly waitedSeconds: number
}

async function judgedByItem(store: UnsettledDeps['store'], due: DueEndpoint, now: Date): Promise<Judgement> {
  const endpoint = await store.load(due).catch(() => 'unreadable' as const)
  if (endpoint === 'unreadable') return { ...judgedByIndex(due, now), isFailing: true }
  const changes = endpoint === null ? [] : unsettledChanges(endpoint)
  return {
    isFailing: endpoint !== null && isFailing(endpoint),
    consumersNotWritten: endpoint === null ? 0 : consumersNotWritten(endpoint),
    waitedSeconds: secondsSince(changes.at(-1)?.at ?? now, now),
  }
}

/** Only a try that failed puts an endpoint off further than a change does. */
function judgedByIndex({ dueAt }: DueEndpoint, now: Date): Judgement {
  const isPutOff = dueAt > addSeconds(now, settleGraceSeconds)
  return { isFailing: isPutOff, consumersNotWritten: 0, waitedSeconds: secondsSince(dueAt, now) }
}

function isFailing({ dueAt, settling: { failures, policy } }: Endpoint): boolean {
  return dueAt !== null && (failures > 0 || (policy?.failures ?? 0) > 0)
}

function consumersNotWritten(endpoint: Endpoint): number {
  if (endpoint.deletedAt !== null || policyState(endpoint) !== 'pending') return 0
  const written = endpoint.settling.policy?.consumers ?? []
  return endpoint.settings.consumers.filter(consumer => !written.includes(consumer)).length
}

function secondsSince(then: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - then.getTime()) / 1000))
}
