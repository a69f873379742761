import { newDraft } from './change'
import { commitChange } from './commit'
import type { Actor, Endpoint } from './endpoint'
import { removeReadersInRequest } from './settle-policy'
import type { SettingsDeps } from './update'

/**
 * Makes the endpoint a tombstone, which reads as 404 from then on, and takes the consumers' read access away. The sweep
 * deletes what belongs to it: see `endMirror`, and `settle`, which drops the tombstone.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`
 */
export async function deleteEndpoint(
  deps: SettingsDeps,
  { endpoint, actor }: { readonly endpoint: Endpoint; readonly actor: Actor },
): Promise<void> {
  const draft = newDraft(deps, { kind: 'delete', actor })
  const committed = await commitChange(deps, endpoint, { draft, next: () => ({ deleted: true }) })
  if (endpoint.settings.mirror === 'on') await removeReadersInRequest(deps, committed.endpoint)
}
