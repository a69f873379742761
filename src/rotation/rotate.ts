import type { Contract } from '../contracts/contract'
import { assertWithinBudget } from './budget'
import { changeTime, newDraft } from './change'
import { commitChange, type Proposal } from './commit'
import type { Actor, Endpoint, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import { newKey, openForMirror, type SealedKey } from './keys'
import type { RotationDeps } from './ports'
import { replayReveal, type Revealed, settleAndReveal } from './reveal'
import { assertMayRotate, keptKeys, type RotateChoice, rotateRing, type RotationPolicy, rotationPolicyOf } from './ring'

export interface RotateRequest {
  readonly endpoint: Endpoint
  /** The endpoint's own. */
  readonly contract: Contract
  readonly actor: Actor
  readonly choice: RotateChoice
  readonly idempotency: IdempotencyRecord | null
}

/**
 * Gives the endpoint a new current key and reveals it. The conditional write is the rotation: before it nothing has
 * happened, and whatever fails after it is settled later and does not fail the request.
 * @throws {Problem} `invalid-request`, `idempotency-key-reused`, `rotation-superseded`, `rotation-budget`,
 *   `rotation-cooldown`, `rotation-in-progress`, `too-many-live-keys`, `rotation-conflict`, `outcome-unknown`, `not-found`
 */
export async function rotateSecret(deps: RotationDeps, request: RotateRequest): Promise<Revealed> {
  const { endpoint, contract, actor, choice, idempotency } = request
  const policy = rotationPolicyOf(contract, choice)
  const now = changeTime(endpoint, deps.now())
  const earlier = earlierChange(endpoint, idempotency, now)
  if (earlier) return replayReveal(deps, { endpoint, change: earlier, actor })
  assertWithinBudget(endpoint, now)
  assertMayRotate(endpoint.ring, policy, now)
  const owner = { tenantId: endpoint.tenantId, endpointId: endpoint.id, contract }
  const [key, opened] = await Promise.all([
    newKey(deps, owner, choice.ownSecret),
    openForMirror(deps, endpoint, keptKeys(endpoint.ring, policy, now)),
  ])
  const committed = await commitChange(deps, endpoint, proposalOf(deps, request, { policy, key: key.sealedKey }))
  if (committed.by === 'earlier') return replayReveal(deps, { ...committed, actor })
  return settleAndReveal(deps, committed, { secret: key.secret, opened })
}

interface NextKey {
  readonly policy: RotationPolicy
  readonly key: SealedKey
}

function proposalOf(deps: RotationDeps, request: RotateRequest, { policy, key }: NextKey): Proposal {
  const { contract, actor, choice, idempotency } = request
  const overlapSeconds = policy.overlapSeconds === 'endless' ? null : policy.overlapSeconds
  const resets = contract.rotationResetsFailures === true ? { resetsFailures: true as const } : {}
  return {
    draft: newDraft(deps, { kind: 'rotate', actor, reason: choice.reason, overlapSeconds, idempotency, ...resets }),
    next: (endpoint, at) => {
      assertWithinBudget(endpoint, at)
      return { ring: rotateRing(endpoint.ring, { ...key, createdAt: at, expiresAt: null }, policy) }
    },
  }
}
