import type { RotationDeps } from '../rotation/deps'
import { assertWithinBudget } from '../rotation/budget'
import { earlierChange } from '../rotation/idempotency'
import { notBefore } from '../rotation/instant'
import { Problem } from '../rotation/problem'
import type { Committed } from './commit-change'
import type { Endpoint } from './endpoint'
import { newEndpoint, type Birth } from './new-endpoint'

const maximumAttempts = 3

type StoreDeps = Pick<RotationDeps, 'store' | 'now'>

/**
 * Stores a new endpoint, in a tombstone's place if there is one. When the outcome is not clear, what is stored decides,
 * even if it was deleted since.
 * @throws {Problem} `endpoint-exists`, `idempotency-key-reused`, `rotation-superseded`, `rotation-budget`,
 *   `outcome-unknown`
 */
export async function storeNew(deps: StoreDeps, birth: Birth): Promise<Committed> {
  let tombstone: Endpoint | null = null
  let failure: unknown
  for (let attempt = 0; attempt < maximumAttempts; attempt++) {
    const at = tombstone ? notBefore(deps.now(), tombstone.updatedAt) : deps.now()
    const endpoint = newEndpoint(birth, at, tombstone)
    const outcome = await tryCreate(deps, endpoint, tombstone)
    if (outcome === 'stored') return { endpoint, change: endpoint.changes[0], by: 'this' }
    failure = outcome
    const stored = await deps.store.load({ tenantId: birth.tenantId, endpointId: birth.id }).catch(unknownOutcome)
    if (stored && (!stored.deletedAt || stored.incarnation === birth.incarnation))
      return ownOrEarlier(deps, stored, birth)
    tombstone = stored
    if (tombstone) assertMayReplace(deps, tombstone, birth)
  }
  return unknownOutcome(failure)
}

async function tryCreate(
  { store }: StoreDeps,
  endpoint: Endpoint,
  tombstone: Endpoint | null,
): Promise<'stored' | 'conflict' | Error> {
  try {
    return await store.create(endpoint, tombstone?.revision ?? null)
  } catch (error) {
    return error instanceof Error ? error : new Error('the write failed', { cause: error })
  }
}

function ownOrEarlier(deps: StoreDeps, endpoint: Endpoint, { draft, incarnation }: Birth): Committed {
  const own = endpoint.changes.find(change => change.id === draft.id)
  if (own && endpoint.incarnation === incarnation) return { endpoint, change: own, by: 'this' }
  const earlier = earlierChange(endpoint, draft.idempotency, deps.now())
  if (earlier) return { endpoint, change: earlier, by: 'earlier' }
  throw new Problem('endpoint-exists', 'An endpoint with this id exists already.')
}

/** A repeat does not bring back what was deleted since, and its mirror keeps the versions that the tombstone gave it. */
function assertMayReplace({ now }: StoreDeps, tombstone: Endpoint, { draft, settings }: Birth): void {
  if (earlierChange(tombstone, draft.idempotency, now())) {
    throw new Problem('rotation-superseded', 'The endpoint that this request made was deleted.')
  }
  assertWithinBudget({ ...tombstone, settings }, now())
}

function unknownOutcome(cause: unknown): never {
  const detail = 'It is not known whether the endpoint was created. Repeat the request with the same Idempotency-Key.'
  throw new Problem('outcome-unknown', detail, { cause, retryAfterSeconds: 1 })
}
