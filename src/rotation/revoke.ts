import { assertWithinBudget } from './budget'
import { newDraft } from './change'
import { assertRevision, commitChange, type Proposal } from './commit'
import type { Actor, Change, Endpoint, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import type { RotationDeps } from './ports'
import { assertProven, type StoredProofs } from './proof'
import { retiringKeys, revokePrevious } from './ring'
import { settleInRequest } from './settle'

export interface RevokeRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
  readonly idempotency: IdempotencyRecord | null
  readonly ifRevision?: number | null
  /** What is proven, where the key that signs must be; null: it need not. */
  readonly requiredProof?: StoredProofs | null
}

export interface Revoked {
  /** As it is now. */
  readonly endpoint: Endpoint
  readonly version: number
  /** Empty when no key was retiring. */
  readonly revokedKeyIds: readonly string[]
  /** An earlier request with the same idempotency key did it. */
  readonly replayed: boolean
}

/**
 * Ends every key but the current one at once. A request with an idempotency key is remembered even where no key was
 * retiring: its repeat must not end a key that came later.
 * @throws {Problem} `idempotency-key-reused`, `rotation-conflict`, `outcome-unknown`, `not-found`, `rotation-budget`,
 *   `not-proven`
 */
export async function revokePreviousKeys(deps: RotationDeps, request: RevokeRequest): Promise<Revoked> {
  const { endpoint, idempotency } = request
  const now = deps.now()
  const earlier = earlierChange(endpoint, idempotency, now)
  if (earlier) return revokedBy(endpoint, earlier, true)
  assertRevision(endpoint, request.ifRevision)
  assertRequiredProof(endpoint, request, now)
  if (idempotency === null && retiringKeys(endpoint.ring, now).length === 0) {
    return { endpoint, version: endpoint.ring.version, revokedKeyIds: [], replayed: false }
  }
  const { by, change, endpoint: changed } = await commitChange(deps, endpoint, proposalOf(deps, request))
  if (by === 'this') await settleInRequest(deps, changed, new Map())
  return revokedBy(changed, change, by === 'earlier')
}

function revokedBy(endpoint: Endpoint, { version, revokedKeyIds }: Change, replayed: boolean): Revoked {
  return { endpoint, version, revokedKeyIds, replayed }
}

function proposalOf(deps: RotationDeps, request: RevokeRequest): Proposal {
  const { actor, idempotency, ifRevision } = request
  return {
    ifRevision,
    draft: newDraft(deps, { kind: 'revoke', actor, idempotency }),
    next: (endpoint, at) => {
      // Another key may sign by now.
      assertRequiredProof(endpoint, request, at)
      assertWithinBudget(endpoint, at, { versions: 1, isUrgent: true })
      const { ring, revoked } = revokePrevious(endpoint.ring, at)
      return revoked.length === 0 ? {} : { ring, revokedKeyIds: revoked.map(({ id }) => id) }
    },
  }
}

function assertRequiredProof(endpoint: Endpoint, { requiredProof = null }: RevokeRequest, now: Date): void {
  if (requiredProof !== null) assertProven(endpoint, requiredProof, now)
}
