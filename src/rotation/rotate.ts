import type { Contract } from '../contracts/contract'
import { newId } from '../core/id'
import type { Secret } from '../core/secret'
import { assertWithinBudget } from './budget'
import { applyChange, changeTime } from './change'
import { commitChange, type Committed, type Proposal } from './commit'
import type { Actor, Endpoint, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import { newKey, type OpenedKeys, openForMirror, type SealedKey } from './keys'
import { mirrorState } from './mirror'
import type { RotationDeps } from './ports'
import { replayReveal, type Revealed, shownChange } from './reveal'
import { assertMayRotate, keptKeys, type RotateChoice, rotateRing, type RotationPolicy, rotationPolicyOf } from './ring'
import { settleInRequest } from './settle'

export interface RotateRequest {
  readonly endpoint: Endpoint
  /** The endpoint's own. */
  readonly contract: Contract
  readonly actor: Actor
  readonly choice: RotateChoice
  readonly idempotency: IdempotencyRecord | null
}

/**
 * Gives the endpoint a new current key and reveals it. The conditional write is the rotation; whatever fails after
 * it is settled later and does not fail the request.
 * @throws {Problem} `invalid-request`, `idempotency-key-reused`, `rotation-superseded`, `rotation-budget`,
 *   `rotation-cooldown`, `rotation-in-progress`, `too-many-live-keys`, `rotation-conflict`, `outcome-unknown`, `not-found`
 */
export async function rotateSecret(deps: RotationDeps, request: RotateRequest): Promise<Revealed> {
  const { endpoint, contract } = request
  const policy = rotationPolicyOf(contract, request.choice)
  const now = changeTime(endpoint, deps.now())
  const earlier = earlierChange(endpoint, request.idempotency, now)
  if (earlier) return replayReveal(deps, { endpoint, change: earlier, actor: request.actor })
  assertWithinBudget(endpoint, now)
  assertMayRotate(endpoint.ring, policy, now)
  const owner = { tenantId: endpoint.tenantId, endpointId: endpoint.id, contract }
  const [key, opened] = await Promise.all([
    newKey(deps, owner, request.choice.ownSecret),
    openForMirror(deps, endpoint, keptKeys(endpoint.ring, policy, now)),
  ])
  const committed = await commitChange(deps, endpoint, proposalOf(deps, request, { policy, key: key.sealed }))
  if (committed.by === 'earlier') return replayReveal(deps, { ...committed, actor: request.actor })
  return settleAndReveal(deps, committed, { secret: key.secret, opened })
}

function proposalOf(
  deps: RotationDeps,
  { contract, actor, choice, idempotency }: RotateRequest,
  { policy, key }: { readonly policy: RotationPolicy; readonly key: SealedKey },
): Proposal {
  const { overlapSeconds } = policy
  const changeId = newId('chg', deps.randomBytes)
  const resets = contract.rotationResetsFailures === true ? { resetsFailures: true as const } : {}
  const made = { id: changeId, kind: 'rotate', actor, reason: choice.reason, overlapSeconds, idempotency } as const
  const draft = { ...made, ...resets }
  const apply = (endpoint: Endpoint, at: Date): Endpoint => {
    assertWithinBudget(endpoint, at)
    const ring = rotateRing(endpoint.ring, { ...key, createdAt: at, expiresAt: null }, policy)
    return applyChange(endpoint, draft, { ring }, at)
  }
  return { changeId, idempotency, apply }
}

async function settleAndReveal(
  deps: RotationDeps,
  { endpoint, change }: Committed,
  { secret, opened }: { readonly secret: Secret; readonly opened: OpenedKeys },
): Promise<Revealed> {
  const settled = await settleInRequest(deps, endpoint, new Map([...opened, [change.keyId, secret]]))
  return { ...shownChange(change), endpoint: settled, secret, mirror: mirrorState(settled), replayed: false }
}
