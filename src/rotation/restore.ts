import { newId } from '../core/id'
import { applyChange } from './change'
import { commitChange } from './commit'
import type { Endpoint } from './endpoint'
import type { RotationDeps } from './ports'

const actor = { kind: 'keyturn', id: 'restore' } as const

/**
 * Commits a change of nothing but the revision, so that the ring is ahead of every version that its mirror holds, and
 * asks the sweep for the endpoint. For endpoints that came out of a backup.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`
 */
export async function raiseRevision(
  deps: Pick<RotationDeps, 'store' | 'now' | 'randomBytes'>,
  endpoint: Endpoint,
): Promise<Endpoint> {
  const changeId = newId('chg', deps.randomBytes)
  const draft = { id: changeId, kind: 'update', actor, reason: null, overlapSeconds: 0, idempotency: null } as const
  const apply = (stored: Endpoint, at: Date): Endpoint => applyChange(stored, draft, { ring: stored.ring }, at)
  return (await commitChange(deps, endpoint, { changeId, idempotency: null, apply })).endpoint
}
