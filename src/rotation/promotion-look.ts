import { type Endpoint, loggedAs } from './endpoint'
import { type OpenedKeys, openRing } from './keys'
import { mirrorName, mirrorVersionId } from './mirror'
import type { RotationDeps } from './ports'

// Right before a promotion: whether receivers can read the published key at this moment, too.

/**
 * The opened keys, where the mirror's current version is the one with the published key and every key of it opens. Null:
 * one of both does not hold, and receivers may not be able to read the key.
 */
export async function lookBeforePromotion(
  deps: RotationDeps,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<OpenedKeys | null> {
  const name = mirrorName(deps.stage, endpoint.tenantId, endpoint.id)
  try {
    const [found, opened] = await Promise.all([
      deps.mirror.describe(name, signal),
      openRing(deps, endpoint, { known: new Map(), signal }),
    ])
    const isReadable = found !== null && !found.deleted && found.currentVersionId === mirrorVersionId(endpoint)
    if (isReadable) return opened
    deps.log.error('a published key cannot be read', { ...loggedAs(endpoint) })
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    deps.log.error('a published key could not be looked at', { ...loggedAs(endpoint), error: name })
  }
  return null
}

/**
 * The lead begins anew once settling has looked at the mirror and finds it good. `conflict`: the endpoint has changed
 * since it was loaded, and nothing was written.
 */
export async function restartLead(
  { store, now }: RotationDeps,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<'stored' | 'conflict'> {
  const { readableSince: _, ...settling } = endpoint.settling
  const dueAt = now()
  return store.settle(endpoint, { settling, lookAgainAt: endpoint.lookAgainAt ?? dueAt, dueAt }, signal)
}
