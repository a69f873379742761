import type { Contract } from '../contracts/contract'
import { addSeconds } from '../core/instant'
import { Problem, signInAgain } from '../core/problem'
import { assertWithinBudget, type Spending } from './budget'
import { changeTime, newDraft } from './change'
import { assertRevision, commitChange, type Committed, type Proposal } from './commit'
import type { Actor, Endpoint, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import { newKey, openForMirror, type SealedKey } from './keys'
import type { RotationDeps } from './ports'
import {
  allKeys,
  defaultLeadSeconds,
  hasOneSignature,
  keptAfter,
  publishKey,
  publishedOverlapSeconds,
  publishPolicyOf,
  type PublishPolicy,
  refuseWhilePublished,
  rotateKeys,
} from './published'
import {
  type Made,
  replayReveal,
  type ReplayRequest,
  replayShown,
  type Revealed,
  settleAndReveal,
  settleAndShow,
  type Shown,
} from './reveal'
import {
  assertMayRotate,
  isLive,
  type Key,
  retiringKeys,
  type RotateChoice,
  type RotationPolicy,
  rotationPolicyOf,
} from './ring'

export interface RotateRequest {
  readonly endpoint: Endpoint
  /** The endpoint's own. */
  readonly contract: Contract
  readonly actor: Actor
  readonly choice: RotateChoice
  readonly idempotency: IdempotencyRecord | null
  /** The ring's revision that the caller saw. */
  readonly ifRevision?: number | null
  /**
   * What a rotation that signs at once does while a key is published. `retire`: that key retires, as at a vendor's route,
   * which knows nothing of published keys. `refuse`: it is refused, unless it ends every key before.
   */
  readonly whilePublished?: 'retire' | 'refuse'
  /** Whoever asks may not end a key at once, nor have one sign that receivers cannot have yet. Absent: may. */
  readonly mayLeaveGap?: false
}

/**
 * Gives the endpoint a new key and reveals it: one that signs at once, or one that is published and signs later. The
 * conditional write is the rotation: before it nothing has happened, and whatever fails after it is settled later and does
 * not fail the request.
 * @throws {Problem} `invalid-request`, `idempotency-key-reused`, `rotation-superseded`, `rotation-budget`,
 *   `rotation-cooldown`, `rotation-in-progress`, `too-many-live-keys`, `rotation-conflict`, `changed-meanwhile`,
 *   `outcome-unknown`, `not-found`
 */
export async function rotateSecret(deps: RotationDeps, request: RotateRequest): Promise<Revealed> {
  return rotate(deps, request, {
    rule: ruleOf(request),
    reply: (committed, made) => settleAndReveal(deps, committed, made),
    replay: repeat => replayReveal(deps, repeat),
  })
}

/**
 * The same for a caller who is not to have the secret, and says so by the field of this name: whoever needs it reads the
 * mirror, so without one it is refused.
 * @throws {Problem} as `rotateSecret`
 */
export async function rotateUnrevealed(deps: RotationDeps, request: RotateRequest, field: string): Promise<Shown> {
  const rule = ruleOf(request)
  const assertMay: RotateRule['assertMay'] = (endpoint, now) => {
    assertMirrored(endpoint, field)
    rule.assertMay(endpoint, now)
  }
  return rotate(deps, request, {
    rule: { ...rule, assertMay },
    reply: (committed, made) => settleAndShow(deps, committed, made),
    replay: async repeat => replayShown(deps, repeat),
  })
}

/** Nobody would ever have a secret that no reply and no mirror shows. */
function assertMirrored({ settings }: Endpoint, path: string): void {
  if (settings.mirror === 'on') return
  const message = 'must not be false where the mirror is off, since nobody could read the secret'
  throw new Problem('invalid-request', `${path} ${message}.`, { errors: [{ path, message }] })
}

/** By what a rotation goes, and how it is answered. */
interface Rotating<Result> {
  readonly rule: RotateRule
  readonly reply: (committed: Committed, made: Made) => Promise<Result>
  /** To a request that an earlier one with its idempotency key has made. */
  readonly replay: (repeat: ReplayRequest) => Promise<Result>
}

async function rotate<Result>(
  deps: RotationDeps,
  request: RotateRequest,
  { rule, reply, replay }: Rotating<Result>,
): Promise<Result> {
  const { endpoint, contract, actor, choice, idempotency, ifRevision } = request
  const now = changeTime(endpoint, deps.now())
  const earlier = earlierChange(endpoint, idempotency, now)
  if (earlier) return replay({ endpoint, change: earlier, actor })
  assertRevision(endpoint, ifRevision)
  if (request.mayLeaveGap === false && leavesGap(request, rule, now)) throw signInAgain()
  rule.assertMay(endpoint, now)
  const owner = { tenantId: endpoint.tenantId, endpointId: endpoint.id, contract }
  const [key, opened] = await Promise.all([
    newKey(deps, owner, choice.ownSecret),
    openForMirror(deps, endpoint, rule.kept(endpoint, now)),
  ])
  const committed = await commitChange(deps, endpoint, proposalOf(deps, request, { rule, key: key.sealedKey }))
  if (committed.by === 'earlier') return replay({ ...committed, actor })
  return reply(committed, { secret: key.secret, opened })
}

/**
 * Whether deliveries can be refused before anybody could do something about it: a key ends that would have lived on, or the
 * one signature is that of a key which nobody has yet.
 */
function leavesGap({ endpoint, contract, choice }: RotateRequest, rule: RotateRule, now: Date): boolean {
  const isSingle = hasOneSignature(contract)
  if (rule.kind === 'rotate') return isSingle || endsSoon(endpoint, rule, now)
  const { signing, leadSeconds } = choice.publish ?? {}
  const endsRetiring = rule.policy.secondRotation.kind === 'replace' && retiringKeys(endpoint.ring, now).length > 0
  // One that waits for somebody is looked at when they promote it.
  const isEarly = signing === 'published' && (leadSeconds ?? defaultLeadSeconds) < defaultLeadSeconds
  return endsRetiring || (isSingle && isEarly)
}

/** Whether a key that is live would end sooner than receivers are given at the least, and than it would have. */
function endsSoon(endpoint: Endpoint, { kept }: RotateRule, now: Date): boolean {
  const soon = addSeconds(now, publishedOverlapSeconds.minimum)
  const ends = new Map(kept(endpoint, now).map(({ id, expiresAt }) => [id, expiresAt]))
  return allKeys(endpoint).some(({ id, expiresAt }) => {
    if (expiresAt !== null && expiresAt <= soon) return ends.has(id) ? false : expiresAt > now
    const end = ends.has(id) ? (ends.get(id) ?? null) : now
    return end !== null && end < soon
  })
}

/** What a rotation does to the keys. */
interface RotateRule {
  readonly kind: 'rotate' | 'publish'
  readonly policy: RotationPolicy
  /** Throws what the rotation is refused for. */
  readonly assertMay: (endpoint: Endpoint, now: Date) => void
  /** The keys that live on beside the new one. */
  readonly kept: (endpoint: Endpoint, now: Date) => readonly Key[]
  readonly apply: (endpoint: Endpoint, next: Key) => Pick<Endpoint, 'ring' | 'published'>
}

function ruleOf({ contract, choice, whilePublished = 'retire' }: RotateRequest): RotateRule {
  const { publish } = choice
  if (publish !== undefined) return publishRule(publishPolicyOf(contract, choice, publish))
  const policy = rotationPolicyOf(contract, choice)
  const isEmergency = choice.overlapSeconds === 0
  const spending: Spending = { versions: 1, isUrgent: isEmergency }
  return {
    kind: 'rotate',
    policy,
    assertMay: (endpoint, now) => {
      assertWithinBudget(endpoint, now, spending)
      if (whilePublished === 'refuse' && !isEmergency) refuseWhilePublished(endpoint.published, policy.waysOut)
      assertMayRotate(endpoint.ring, policy, now)
    },
    kept: (endpoint, now) => keptAfter(endpoint, policy, now),
    apply: (endpoint, next) => rotateKeys(endpoint, next, policy),
  }
}

function publishRule(policy: PublishPolicy): RotateRule {
  return {
    kind: 'publish',
    policy,
    assertMay: (endpoint, now) => {
      assertReadable(endpoint, policy)
      assertWithinBudget(endpoint, now, { versions: 2, isUrgent: false })
      refuseWhilePublished(endpoint.published, policy.waysOut)
      assertMayRotate(endpoint.ring, policy, now)
    },
    kept: (endpoint, now) => allKeys(endpoint).filter(key => isLive(key, now)),
    apply: (endpoint, next) => publishKey(endpoint, next, policy),
  }
}

/** Nobody could tell when receivers have a key that nothing shows them. */
function assertReadable({ settings }: Endpoint, { signing }: PublishPolicy): void {
  if (signing === 'manual' || settings.mirror === 'on') return
  const message = 'must not be published where the mirror is off; manual waits for a promote'
  throw new Problem('invalid-request', `signing ${message}.`, { errors: [{ path: 'signing', message }] })
}

interface NextKey {
  readonly rule: RotateRule
  readonly key: SealedKey
}

function proposalOf(deps: RotationDeps, request: RotateRequest, { rule, key }: NextKey): Proposal {
  const { contract, actor, choice, idempotency, ifRevision } = request
  const { kind, policy } = rule
  const overlapSeconds = policy.overlapSeconds === 'endless' ? null : policy.overlapSeconds
  const resets = contract.rotationResetsFailures === true ? { resetsFailures: true as const } : {}
  return {
    ifRevision,
    draft: newDraft(deps, { kind, actor, reason: choice.reason, overlapSeconds, idempotency, ...resets }),
    next: (endpoint, at) => {
      rule.assertMay(endpoint, at)
      return { ...rule.apply(endpoint, { ...key, createdAt: at, expiresAt: null }), keyId: key.id }
    },
  }
}
