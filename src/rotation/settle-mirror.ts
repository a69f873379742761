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

/** Brings the mirror up to the ring. Never moves AWSCURRENT to an older ring. Returns the version known to be current. */
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
  if (known === null) await deps.mirror.create(version, signal)
  else if (await stageAndMove(deps, { version, from: known, signal })) return versionId
  return findOut(deps, version, signal)
}

/** The usual path. False: the mirror is not as it was known. */
async function stageAndMove(
  { mirror }: RotationDeps,
  { version, from, signal }: { version: MirrorVersion; from: string; signal: AbortSignal },
): Promise<boolean> {
  if ((await mirror.putAside(version, signal)) !== 'put-aside') return false
  const move = { name: version.name, from, to: version.versionId }
  return (await mirror.moveCurrent(move, signal)) === 'moved'
}

/**
 * Does what is missing and looks again, until the ring or a later one is current. That the secret was created is no
 * proof: Secrets Manager says so of every version that it has already, current or not.
 */
async function findOut(deps: RotationDeps, version: MirrorVersion, signal: AbortSignal): Promise<string> {
  for (let look = 0; look < maximumLooks; look++) {
    const found = await deps.mirror.describe(version.name, signal)
    const current = found?.currentVersionId ?? null
    if (found && !found.deleted && current !== null && !isOlderVersion(current, version.versionId)) return current
    if (await approach(deps, { version, found, signal })) return version.versionId
  }
  throw new Error('the mirror kept changing')
}

interface Approach {
  readonly version: MirrorVersion
  readonly found: MirrorDescription | null
  readonly signal: AbortSignal
}

/** One step towards the version from what was found. True: it is current now. */
async function approach(deps: RotationDeps, { version, found, signal }: Approach): Promise<boolean> {
  if (!found) await deps.mirror.create(version, signal)
  else if (found.deleted) await bringBack(deps, version, signal)
  else if (found.currentVersionId === null) await deps.mirror.putAside(version, signal)
  else return stageAndMove(deps, { version, from: found.currentVersionId, signal })
  return false
}

/** A restored secret is readable by its owner's account alone until its policy settles, then shows the ring's version. */
async function bringBack({ mirror }: RotationDeps, { name }: MirrorVersion, signal: AbortSignal): Promise<void> {
  await mirror.restore(name, signal)
  await mirror.removePolicy(name, signal)
}

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
