import { addSeconds } from '../core/instant'
import { lateCallSeconds, lookAgainSeconds } from './change'
import type { Endpoint } from './endpoint'
import { type OpenedKeys, openRing } from './keys'
import { givesWayTo, mirrorDocument, mirrorName, mirrorVersionId } from './mirror'
import type { MirrorDescription, MirrorVersion, RotationDeps } from './ports'

export interface SettleContext {
  readonly opened: OpenedKeys
  readonly signal: AbortSignal
}

const maximumLooks = 4

/**
 * Brings the mirror up to the ring, and never moves AWSCURRENT to an older one. Returns the endpoint with the version
 * that is current then, and with what is certain of the mirror's policy.
 */
export async function settleMirror(
  deps: RotationDeps,
  endpoint: Endpoint,
  { opened, signal }: SettleContext,
): Promise<Endpoint> {
  const versionId = mirrorVersionId(endpoint)
  const known = endpoint.lookAgainAt ? null : endpoint.settling.mirrorVersionId
  if (known === versionId) return endpoint
  const name = mirrorName(deps.stage, endpoint.tenantId, endpoint.id)
  const secrets = await openRing(deps, endpoint, { known: opened, signal })
  const storing = { version: { name, versionId, document: mirrorDocument(endpoint, secrets) }, signal }
  if (known === null) return bringUp(deps, await createOrTakeOver(deps, endpoint, storing), storing)
  if (await putAsideAndMove(deps, { ...storing, from: known })) return withCurrent(endpoint, versionId)
  return bringUp(deps, endpoint, storing)
}

function withCurrent(endpoint: Endpoint, mirrorVersionId: string): Endpoint {
  return { ...endpoint, settling: { ...endpoint.settling, mirrorVersionId } }
}

interface Storing {
  readonly version: MirrorVersion
  readonly signal: AbortSignal
}

/**
 * Makes the mirror. Where Keyturn never mirrored and the name is taken, somebody else may have made that secret, with a
 * policy and a KMS key that let them read it: it is made Keyturn's own before a value goes in.
 */
async function createOrTakeOver(deps: RotationDeps, endpoint: Endpoint, storing: Storing): Promise<Endpoint> {
  const outcome = await deps.mirror.create(storing.version, storing.signal)
  const isTaken = outcome === 'exists' && endpoint.settling.mirrorVersionId === null
  return isTaken ? takeOver(deps, endpoint, storing) : endpoint
}

/**
 * Makes the secret Keyturn's own, which takes its policy away. That the policy is not certain any more is stored before,
 * so that consumers get it back whatever happens in between.
 */
async function takeOver(
  { mirror, store, now }: RotationDeps,
  endpoint: Endpoint,
  { version, signal }: Storing,
): Promise<Endpoint> {
  const { policy } = endpoint.settling
  if (policy === undefined || policy.consumers === null) {
    await mirror.takeOver(version.name, signal)
    return endpoint
  }
  const uncertain = { ...policy, consumers: null, dueAt: now() }
  if ((await store.settlePolicy(endpoint, uncertain, signal)) === 'conflict') {
    throw new Error('the endpoint has changed meanwhile')
  }
  await mirror.takeOver(version.name, signal)
  return { ...endpoint, settling: { ...endpoint.settling, policy: uncertain } }
}

/**
 * The usual path: the version is stored beside the current one, then AWSCURRENT moves by a compare-and-swap. False: the
 * mirror is not what it was when settling last looked.
 */
async function putAsideAndMove(
  { mirror }: RotationDeps,
  { version, from, signal }: Storing & { readonly from: string },
): Promise<boolean> {
  if ((await mirror.putAside(version, signal)) !== 'put-aside') return false
  const move = { name: version.name, from, to: version.versionId }
  return (await mirror.moveCurrent(move, signal)) === 'moved'
}

/**
 * Looks at the mirror and does the next step, until the ring's version or a later one is current. That Secrets Manager
 * created the secret proves nothing: it says so for every version that it has already, current or not.
 */
async function bringUp(deps: RotationDeps, endpoint: Endpoint, storing: Storing): Promise<Endpoint> {
  const { version, signal } = storing
  let settled = endpoint
  for (let look = 0; look < maximumLooks; look++) {
    const found = await deps.mirror.describe(version.name, signal)
    const current = found?.currentVersionId ?? null
    if (found && !found.deleted && current !== null && !givesWayTo(current, version.versionId)) {
      return withCurrent(settled, current)
    }
    const next = await stepTowards(deps, settled, { ...storing, found })
    if (next === 'current') return withCurrent(settled, version.versionId)
    settled = next
  }
  throw new Error('the mirror kept changing')
}

interface Step extends Storing {
  readonly found: MirrorDescription | null
}

/** Does one step from what was found. A secret with another KMS key than the stage's gets that before a value. */
async function stepTowards(deps: RotationDeps, endpoint: Endpoint, step: Step): Promise<Endpoint | 'current'> {
  const { found, version, signal } = step
  if (!found) return createOrTakeOver(deps, endpoint, step)
  if (found.deleted) return bringBack(deps, endpoint, step)
  if (!found.hasOwnKey) return takeOver(deps, endpoint, step)
  if (found.currentVersionId !== null) {
    return (await putAsideAndMove(deps, { ...step, from: found.currentVersionId })) ? 'current' : endpoint
  }
  await deps.mirror.putAside(version, signal)
  return endpoint
}

/**
 * Restores the secret, and makes it Keyturn's own before it gets a new value: a restored secret keeps its KMS key, and
 * only its own account can read it until the policy is settled.
 */
async function bringBack(deps: RotationDeps, endpoint: Endpoint, step: Step): Promise<Endpoint> {
  await deps.mirror.restore(step.version.name, step.signal)
  return takeOver(deps, endpoint, step)
}

/** From deciding on a deletion to the latest moment at which its call is given up. */
const marginSeconds = 10

/**
 * Schedules the deletion of a mirror that its endpoint has no more. Returns when to look again, because a late call may
 * bring the mirror back; null: the mirror is gone, and no call is under way.
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

/** Stores, before a deletion is called for, that the sweep looks again after that call could arrive late. */
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
