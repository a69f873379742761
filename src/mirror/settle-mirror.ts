import type { Endpoint } from '../endpoints/endpoint'
import type { RotationDeps } from '../rotation/deps'
import { openRing, type OpenedKeys } from '../rotation/open-keys'
import type { MirrorDescription, MirrorVersion } from './mirror'
import { mirrorDocument } from './mirror-document'
import { isOlderVersion, mirrorName, mirrorVersionId } from './mirror-state'

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
  if ((await mirror.stage(version, signal)) !== 'staged') return false
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
  else if (found.currentVersionId === null) await deps.mirror.stage(version, signal)
  else return stageAndMove(deps, { version, from: found.currentVersionId, signal })
  return false
}

/** A restored secret is readable by its owner's account alone until its policy settles, then shows the ring's version. */
async function bringBack({ mirror }: RotationDeps, { name }: MirrorVersion, signal: AbortSignal): Promise<void> {
  await mirror.restore(name, signal)
  await mirror.removePolicy(name, signal)
}
