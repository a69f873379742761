import { addSeconds, secondsUntil } from '../core/instant'
import { Problem } from '../core/problem'
import { maximumChanges, rememberedChanges, rememberSeconds, settleGraceSeconds } from './change'
import { toldChanges } from './changed-settings'
import type { Change, Endpoint, EndpointSettings } from './endpoint'

/**
 * Versions of an endpoint's mirror in 24 hours: Secrets Manager keeps 100. The last 20 are for what takes something back:
 * revokes, roll-backs, and rotations that end every key before. The endpoint's first creation does not count; being made
 * again under the same id does.
 */
export const mirroredVersions = { routine: 60, urgent: 80 } as const

export interface Spending {
  /** Versions of the mirror: a key that is published needs a second one for its promotion. */
  readonly versions: 1 | 2
  readonly isUrgent: boolean
}

const oneVersion: Spending = { versions: 1, isUrgent: false }

/**
 * Refuses a change of the ring that would mirror more versions than Secrets Manager keeps.
 * @throws {Problem} `rotation-budget`, for this reason and for that of `assertRoomForChange`
 */
export function assertWithinBudget(endpoint: Endpoint, now: Date, { versions, isUrgent } = oneVersion): void {
  assertRoomForChange(endpoint, now)
  if (endpoint.settings.mirror === 'off') return
  const since = addSeconds(now, -rememberSeconds)
  const made = endpoint.changes.filter((change, index) => change.at > since && makesVersion(change, index, endpoint))
  const reserved = endpoint.published === null || isUrgent ? 0 : 1
  const left = mirroredVersions[isUrgent ? 'urgent' : 'routine'] - versions - reserved
  if (made.length > left) refuse(made[left], now)
}

/**
 * Refuses a change that the endpoint could not remember beside the others.
 * @throws {Problem} `rotation-budget`
 */
export function assertRoomForChange(endpoint: Endpoint, now: Date): void {
  if (rememberedChanges(endpoint, now).length < maximumChanges) return
  const settling = { ...endpoint.settling, revision: endpoint.revision }
  const onceSettled = rememberedChanges({ ...endpoint, settling }, now)
  if (onceSettled.length >= maximumChanges) refuse(onceSettled.at(-1), now)
  throw overBudget('Too many changes are still being settled.', settleGraceSeconds)
}

/** What the remembered changes say of settings, together: it leaves room in the 400 KB that DynamoDB's items have. */
const mostToldBytes = 128 * 1024

/**
 * Refuses a change of settings that the endpoint could not remember beside the others.
 * @throws {Problem} `rotation-budget`
 */
export function assertRoomForSettings(endpoint: Endpoint, after: EndpointSettings, now: Date): void {
  const all = [toldChanges(endpoint.settings, after), ...rememberedChanges(endpoint, now)]
  const told = all.map(({ changed = {} }) => JSON.stringify(changed))
  if (Buffer.byteLength(told.join(), 'utf8') <= mostToldBytes) return
  throw overBudget('Too many changes are still being settled.', settleGraceSeconds)
}

/** The endpoint's first creation does not count. */
function makesVersion({ kind, revokedKeyIds }: Change, index: number, { changes }: Endpoint): boolean {
  if (kind === 'update' || kind === 'delete') return false
  if (kind === 'create') return index < changes.length - 1
  return kind !== 'revoke' || revokedKeyIds.length > 0
}

/** `inTheWay`: the change that must be forgotten first. */
function refuse(inTheWay: Change | undefined, now: Date): never {
  const seconds = secondsUntil(addSeconds(inTheWay?.at ?? now, rememberSeconds), now)
  throw overBudget(`Too many changes in 24 hours. The next one is possible in ${seconds} seconds.`, seconds)
}

function overBudget(detail: string, retryAfterSeconds: number): Problem {
  return new Problem('rotation-budget', detail, { retryAfterSeconds })
}
