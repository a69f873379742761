import { newId } from '../core/id'
import { applyChange } from './change'
import { commitChange } from './commit'
import type { Actor, Endpoint } from './endpoint'
import type { RotationDeps } from './ports'

/**
 * Makes the endpoint a tombstone, which reads as 404 from then on. The sweep deletes what belongs to it.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`
 */
export async function deleteEndpoint(
  deps: Pick<RotationDeps, 'store' | 'now' | 'randomBytes'>,
  { endpoint, actor }: { readonly endpoint: Endpoint; readonly actor: Actor },
): Promise<void> {
  const changeId = newId('chg', deps.randomBytes)
  const draft = { id: changeId, kind: 'delete', actor, reason: null, overlapSeconds: 0, idempotency: null } as const
  const apply = (stored: Endpoint, at: Date): Endpoint => applyChange(stored, draft, { deleted: true }, at)
  await commitChange(deps, endpoint, { changeId, idempotency: null, apply })
}
