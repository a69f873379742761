import { addSeconds } from '../core/instant'
import { lateCallSeconds, lookAgainSeconds } from './change'
import type { Endpoint } from './endpoint'
import { type OpenedKeys, openRing } from './keys'
import { isOlderVersion, mirrorDocument, mirrorName, mirrorVersionId } from './mirror'
import type { MirrorDescription, MirrorVersion, RotationDeps } from './ports'

export interface SettleContext {
  readonly opened: OpenedKeys
  readonly signal: AbortSignal
}

const maximumLooks = 4

/**
 * Brings the mirror up to the ring, and never moves AWSCURRENT to an older one. Returns the id of the version that is
 * current then.
 */
export async function settleMirror(
  deps: RotationDeps,
  endpoint: Endpoint,
  { opened, signal }: SettleContext,
): Promise<string> {
  const versionId = mirrorVersionId(endpoint)
  const known = endpoint.lookAgainAt ? null : endpoint.settling.mirrorVersionId
  if (known === versionId) return versionId
  const name = mirrorName(deps.stage, endpoint.tenantId, endpoint.id)
  const secrets = await openRing(deps, endpoint, { known: opened, signal })
  const version = { name, versionId, document: mirrorDocument(endpoint, secrets) }
  if (known === null) await createOrTakeOver(deps, endpoint, { version, signal })
  else if (await putAsideAndMove(deps, { version, from: known, signal })) return versionId
  return bringUp(deps, endpoint, { version, signal })
}

interface Storing {
  readonly version: MirrorVersion
  readonly signal: AbortSignal
}

/**
 * Makes the mirror. Where Keyturn never mirrored and the name is taken, somebody else may have made that secret, with a
 * policy and a KMS key that let them read it: it is made Keyturn's own before a value goes in.
 */
async function createOrTakeOver(
  { mirror }: RotationDeps,
  { settling }: Endpoint,
  { version, signal }: Storing,
): Promise<void> {
  const outcome = await mirror.create(version, signal)
  if (outcome === 'exists' && settling.mirrorVersionId === null) await mirror.takeOver(version.name, signal)
}

/**
 * The usual path: the version is stored beside the current one, then AWSCURRENT moves by a compare-and-swap. False: the
 * mirror is not what it was when settling last looked.
 */
async function putAsideAndMove(
  { mirror }: RotationDeps,
  { version, from, signal }: { version: MirrorVersion; from: string; signal: AbortSignal },
): Promise<boolean> {
  if ((await mirror.putAside(version, signal)) !== 'put-aside') return false
  const move = { name: version.name, from, to: version.versionId }
  return (await mirror.moveCurrent(move, signal)) === 'moved'
}

/**
 * Looks at the mirror and does the next step, until the ring's version or a later one is current. That Secrets Manager
 * created the secret proves nothing: it says so for every version that it has already, current or not.
 */
async function bringUp(deps: RotationDeps, endpoint: Endpoint, { version, signal }: Storing): Promise<string> {
  for (let look = 0; look < maximumLooks; look++) {
    const found = await deps.mirror.describe(version.name, signal)
    const current = found?.currentVersionId ?? null
    if (found && !found.deleted && current !== null && !isOlderVersion(current, version.versionId)) return current
    if (await stepTowards(deps, endpoint, { version, found, signal })) return version.versionId
  }
  throw new Error('the mirror kept changing')
}

interface Step extends Storing {
  readonly found: MirrorDescription | null
}

/** Does one step from what was found. True: the version is current now. */
async function stepTowards(deps: RotationDeps, endpoint: Endpoint, { version, found, signal }: Step): Promise<boolean> {
  if (!found) await createOrTakeOver(deps, endpoint, { version, signal })
  else if (found.deleted) await bringBack(deps, version, signal)
  else if (found.currentVersionId === null) await deps.mirror.putAside(version, signal)
  else return putAsideAndMove(deps, { version, from: found.currentVersionId, signal })
  return false
}

/**
 * Restores the secret, and makes it Keyturn's own before it gets a new value: a restored secret keeps its KMS key, and
 * only its own account can read it until the policy is settled.
 */
async function bringBack({ mirror }: RotationDeps, { name }: MirrorVersion, signal: AbortSignal): Promise<void> {
  await mirror.restore(name, signal)
  await mirror.takeOver(name, signal)
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
