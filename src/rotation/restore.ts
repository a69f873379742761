import { newDraft } from './change'
import { commitChange } from './commit'
import type { Endpoint } from './endpoint'
import type { RotationDeps } from './ports'

/**
 * Commits a change of nothing but the revision, for an endpoint that came out of a backup or whose mirror is sealed
 * with another KMS key: its ring is then ahead of every version that its mirror holds, and the sweep writes the mirror
 * anew.
 * @throws {Problem} `rotation-conflict`, `outcome-unknown`, `not-found`
 */
export async function raiseRevision(
  deps: Pick<RotationDeps, 'store' | 'now' | 'randomBytes'>,
  endpoint: Endpoint,
  why: 'restore' | 'daily-look',
): Promise<Endpoint> {
  const draft = newDraft(deps, { kind: 'update', actor: { kind: 'keyturn', id: why } })
  const committed = await commitChange(deps, endpoint, { draft, next: stored => ({ ring: stored.ring }) })
  return committed.endpoint
}
