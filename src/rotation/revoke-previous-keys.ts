import { applyChange } from '../endpoints/commit'
import { commitChange, type Proposal } from '../endpoints/commit-change'
import type { Actor, Endpoint, IdempotencyRecord } from '../endpoints/endpoint'
import { settleInRequest } from '../mirror/settle-in-request'
import { assertRoomForChange } from './budget'
import type { RotationDeps } from './deps'
import { earlierChange } from './idempotency'
import { retiringKeys } from './key-ring'
import { newId } from './new-key'
import { revokePrevious } from './rotate-ring'

export interface RevokeRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
  readonly idempotency: IdempotencyRecord | null
}

export interface Revoked {
  readonly version: number
  /** Empty when no key was retiring. */
  readonly revokedKeyIds: readonly string[]
}

/**
 * Ends every key but the current one at once.
 * @throws {Problem} `idempotency-key-reused`, `rotation-conflict`, `outcome-unknown`, `not-found`, `rotation-budget`
 */
export async function revokePreviousKeys(deps: RotationDeps, request: RevokeRequest): Promise<Revoked> {
  const { endpoint, idempotency } = request
  const now = deps.now()
  const earlier = earlierChange(endpoint, idempotency, now)
  if (earlier) return { version: earlier.version, revokedKeyIds: earlier.revokedKeyIds }
  if (retiringKeys(endpoint.ring, now).length === 0) return { version: endpoint.ring.version, revokedKeyIds: [] }
  const committed = await commitChange(deps, endpoint, proposalOf(deps, request))
  if (committed.by === 'this') await settleInRequest(deps, committed.endpoint, new Map())
  return { version: committed.change.version, revokedKeyIds: committed.change.revokedKeyIds }
}

function proposalOf(deps: RotationDeps, { actor, idempotency }: RevokeRequest): Proposal {
  const changeId = newId('chg', deps.randomBytes)
  const draft = { id: changeId, kind: 'revoke', actor, reason: null, overlapSeconds: 0, idempotency } as const
  const apply = (endpoint: Endpoint, at: Date): Endpoint => {
    assertRoomForChange(endpoint, at)
    const { ring, revoked } = revokePrevious(endpoint.ring, at)
    return applyChange(endpoint, draft, { ring, revokedKeyIds: revoked.map(key => key.id) }, at)
  }
  return { changeId, idempotency, apply }
}
