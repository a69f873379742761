import { newDraft } from './change'
import { commitChange } from './commit'
import type { Actor, Endpoint } from './endpoint'
import type { RotationDeps } from './ports'

/**
 * Makes the endpoint a tombstone, which reads as 404 from then on. The sweep deletes what belongs to it: see
 * `endMirror`, and `settle`, which drops the tombstone.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`
 */
export async function deleteEndpoint(
  deps: Pick<RotationDeps, 'store' | 'now' | 'randomBytes'>,
  { endpoint, actor }: { readonly endpoint: Endpoint; readonly actor: Actor },
): Promise<void> {
  const draft = newDraft(deps, { kind: 'delete', actor })
  await commitChange(deps, endpoint, { draft, next: () => ({ deleted: true }) })
}
