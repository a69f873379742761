import { createHash } from 'node:crypto'
import { addSeconds } from '../core/instant'
import { plannedAt } from './due'
import type { Endpoint, PolicySettling, Settling } from './endpoint'
import { givesWayTo, mirrorName, mirrorVersionId } from './mirror'
import type { MirrorDescription, RotationDeps } from './ports'
import { raiseRevision } from './restore'

// What somebody changes in a mirror by hand is found by a look once a day. The look reads and nothing else; what it finds
// makes the endpoint unsettled, and settling, which alone writes mirrors, heals it.

/** A mirror is looked at again after this: one that is a few hours late was still looked at within a day. */
export const dailyLookSeconds = 20 * 60 * 60

/** When a mirror is looked at first: half a round from now, or up to a whole one, so that looks are spread over the day. */
export function firstLookAt({ incarnation }: Endpoint, now: Date): Date {
  const share = createHash('sha256').update(incarnation).digest().readUInt32BE(0) / 2 ** 32
  return addSeconds(now, Math.floor(((1 + share) / 2) * dailyLookSeconds))
}

/** How a mirror differs from what is stored. */
export type MirrorFault = 'missing' | 'scheduled-for-deletion' | 'other-kms-key' | 'other-version' | 'other-policy'

interface Look {
  /** None: the mirror is as Keyturn left it, or ahead of what was loaded. */
  readonly faults: readonly MirrorFault[]
  readonly found: MirrorDescription | null
}

/** Looks at the mirror of a live endpoint, in two calls that read. */
export async function lookAtMirror(deps: RotationDeps, endpoint: Endpoint, signal: AbortSignal): Promise<Look> {
  const name = mirrorName(deps.stage, endpoint.tenantId, endpoint.id)
  const found = await deps.mirror.describe(name, signal)
  if (found === null) return { faults: ['missing'], found }
  const keyFaults: readonly MirrorFault[] = found.hasOwnKey ? [] : ['other-kms-key']
  if (found.deleted) return { faults: ['scheduled-for-deletion', ...keyFaults], found }
  const consumers = writtenFor(endpoint)
  const isShared = consumers === null || (await deps.mirror.isSharedWith({ name, consumers }, signal))
  const current = found.currentVersionId
  const isBehind = current === null || givesWayTo(current, mirrorVersionId(endpoint))
  const versionFaults: readonly MirrorFault[] = isBehind ? ['other-version'] : []
  const policyFaults: readonly MirrorFault[] = isShared ? [] : ['other-policy']
  return { faults: [...keyFaults, ...versionFaults, ...policyFaults], found }
}

/** Whom the policy names; null: that is not certain, and it is about to be written anyway. */
function writtenFor({ settling: { policy } }: Endpoint): readonly string[] | null {
  return policy === undefined ? [] : policy.consumers
}

/**
 * Since when receivers can read the published key, a function from before forgets when it settles or looks. Settling finds
 * it anew.
 */
function isReadableKnown({ published, settling }: Endpoint): boolean {
  return published === null || settling.readableSince !== undefined
}

/**
 * Notes that the mirror was looked at; what else is planned keeps its time. With faults the endpoint is due at once, and
 * what was known of its mirror is forgotten as far as it is wrong. `conflict`: the endpoint has changed since it was loaded.
 */
export async function noteLook(
  deps: RotationDeps,
  endpoint: Endpoint,
  { look, signal }: { readonly look: Look; readonly signal: AbortSignal },
): Promise<'stored' | 'conflict'> {
  const now = deps.now()
  const dailyLookAt = addSeconds(now, dailyLookSeconds)
  const isGood = look.faults.length === 0
  const stored = look.faults.includes('other-kms-key') ? await raiseRevision(deps, endpoint, 'daily-look') : endpoint
  const settling = { ...(isGood ? stored.settling : doubted(stored, look, now)), dailyLookAt }
  const dueAt = isGood && isReadableKnown(stored) ? plannedAt({ ...stored, settling }) : now
  const settled = { settling, lookAgainAt: stored.lookAgainAt, dueAt }
  return deps.store.settle(stored, settled, signal)
}

/**
 * What is known of a mirror that has these faults. One that is gone, or has another KMS key, is taken over: the key is
 * set, and the policy is written anew. A value that was sealed with the other key takes a new revision to be sealed again.
 */
function doubted({ settling: before, settings }: Endpoint, { faults, found }: Look, now: Date): Settling {
  const { readableSince: _, ...settling } = before
  const isPolicyOnly = faults.every(fault => fault === 'other-policy')
  const isVersion = faults.every(fault => fault === 'other-version' || fault === 'other-policy')
  const foundVersionId = isVersion ? (found?.currentVersionId ?? null) : null
  const mirrorVersionId = isPolicyOnly ? settling.mirrorVersionId : foundVersionId
  const hasPolicy = settling.policy !== undefined || settings.consumers.length > 0 || faults.includes('other-policy')
  const isPolicyKnown = isVersion && !faults.includes('other-policy')
  if (isPolicyKnown || !hasPolicy) return { ...settling, mirrorVersionId }
  const never: PolicySettling = { consumers: null, failures: 0, error: null, dueAt: now }
  return { ...settling, mirrorVersionId, policy: { ...never, ...settling.policy, consumers: null, dueAt: now } }
}
