import { lateCallSeconds, lookAgainSeconds } from '../endpoints/commit'
import type { Endpoint } from '../endpoints/endpoint'
import type { RotationDeps } from '../rotation/deps'
import { addSeconds } from '../rotation/instant'
import { mirrorName } from './mirror-state'

/** How long before its call's abort a deletion is decided on, at the most. */
const marginSeconds = 10

/**
 * Schedules the deletion of a mirror that nobody wants. Returns when to look again, because a late call may bring the
 * mirror back; null: it is gone, and no call is under way.
 */
export async function endMirror(deps: RotationDeps, endpoint: Endpoint, signal: AbortSignal): Promise<Date | null> {
  const now = deps.now()
  const name = mirrorName(deps.stage, endpoint.tenantId, endpoint.id)
  const found = await deps.mirror.describe(name, signal)
  const planned = endpoint.lookAgainAt ?? now
  if (!found || found.deleted) return now < planned ? planned : null
  const lookAgainAt = await planToLookAgain(deps, endpoint, { planned, now, signal })
  await deps.mirror.removePolicy(name, signal)
  await deps.mirror.scheduleDeletion(name, signal)
  return lookAgainAt
}

interface Planning {
  readonly planned: Date
  readonly now: Date
  readonly signal: AbortSignal
}

/** Stores, before a deletion is called, that somebody looks again after it could arrive late. */
async function planToLookAgain(
  { store }: RotationDeps,
  endpoint: Endpoint,
  { planned, now, signal }: Planning,
): Promise<Date> {
  if (planned >= addSeconds(now, lateCallSeconds + marginSeconds)) return planned
  const lookAgainAt = addSeconds(now, lookAgainSeconds)
  const settled = { settling: endpoint.settling, lookAgainAt, dueAt: endpoint.dueAt ?? lookAgainAt }
  if ((await store.settle(endpoint, settled, signal)) === 'stored') return lookAgainAt
  throw new Error('the endpoint has changed meanwhile')
}
