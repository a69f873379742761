import { addSeconds, secondsUntil } from '../core/instant'
import { Problem } from '../core/problem'
import { maximumChanges, rememberedChanges, rememberSeconds, settleGraceSeconds } from './change'
import { toldChanges } from './changed-settings'
import type { Change, Endpoint, EndpointSettings } from './endpoint'

/**
 * Rotations of a mirrored endpoint in 24 hours: Secrets Manager keeps 100 versions, and a revoke may follow each. The
 * endpoint's first creation does not count; being made again under the same id does.
 */
export const mirroredRotations = 40

/**
 * Refuses a rotation that would mirror more versions than Secrets Manager keeps.
 * @throws {Problem} `rotation-budget`, for this reason and for that of `assertRoomForChange`
 */
export function assertWithinBudget(endpoint: Endpoint, now: Date): void {
  assertRoomForChange(endpoint, now)
  const since = addSeconds(now, -rememberSeconds)
  const rotations = endpoint.changes.filter((change, index) => change.at > since && counts(change, index, endpoint))
  const last = rotations[mirroredRotations - 1]
  if (endpoint.settings.mirror === 'on' && last) refuse(last, now)
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
function counts({ kind }: Change, index: number, { changes }: Endpoint): boolean {
  return kind === 'rotate' || (kind === 'create' && index < changes.length - 1)
}

/** `inTheWay`: the change that must be forgotten first. */
function refuse(inTheWay: Change | undefined, now: Date): never {
  const seconds = secondsUntil(addSeconds(inTheWay?.at ?? now, rememberSeconds), now)
  throw overBudget(`Too many changes in 24 hours. The next one is possible in ${seconds} seconds.`, seconds)
}

function overBudget(detail: string, retryAfterSeconds: number): Problem {
  return new Problem('rotation-budget', detail, { retryAfterSeconds })
}
