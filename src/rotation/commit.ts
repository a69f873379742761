import { noSuchEndpoint, Problem } from '../core/problem'
import { changeTime } from './change'
import type { Change, Endpoint, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import type { RotationDeps } from './ports'

const maximumAttempts = 3

/** One change to make: `apply` is the rule, run anew on what is stored at every attempt. */
export interface Proposal {
  readonly changeId: string
  readonly idempotency: IdempotencyRecord | null
  readonly apply: (endpoint: Endpoint, at: Date) => Endpoint
}

export interface Committed {
  /** As stored, maybe with later changes. */
  readonly endpoint: Endpoint
  readonly change: Change
  /** `earlier`: another request with the same idempotency key made the change. */
  readonly by: 'this' | 'earlier'
}

/**
 * Commits one change with a conditional write. When the outcome is not clear, what is stored decides: the change was
 * made if, and only if, its id is among the remembered ones.
 * @throws {Problem} `not-found`, `rotation-conflict`, `outcome-unknown`, or what the rule throws
 */
export async function commitChange(
  deps: Pick<RotationDeps, 'store' | 'now'>,
  loaded: Endpoint,
  proposal: Proposal,
): Promise<Committed> {
  let endpoint = loaded
  let failure: unknown
  for (let attempt = 0; attempt < maximumAttempts; attempt++) {
    const next = proposal.apply(endpoint, changeTime(endpoint, deps.now()))
    const outcome = await tryCommit(deps, next, endpoint.revision)
    if (outcome === 'stored') return { endpoint: next, change: next.changes[0], by: 'this' }
    failure = outcome === 'conflict' ? undefined : outcome
    endpoint = await reload(deps, loaded)
    const found = changeMade(endpoint, proposal, deps.now())
    if (found) return found
    if (endpoint.deletedAt) throw noSuchEndpoint()
  }
  if (failure) throw unknownOutcome(failure)
  throw new Problem('rotation-conflict', 'Other changes of this endpoint came first. Try again.')
}

/** `stored`, `conflict`, or the error that left the outcome open. */
async function tryCommit(
  { store }: Pick<RotationDeps, 'store'>,
  next: Endpoint,
  expectedRevision: number,
): Promise<'stored' | 'conflict' | Error> {
  try {
    return await store.commit(next, expectedRevision)
  } catch (error) {
    return error instanceof Error ? error : new Error('the commit failed', { cause: error })
  }
}

async function reload({ store }: Pick<RotationDeps, 'store'>, known: Endpoint): Promise<Endpoint> {
  const key = { tenantId: known.tenantId, endpointId: known.id }
  const stored = await store.load(key).catch((error: unknown) => {
    throw unknownOutcome(error)
  })
  if (stored?.incarnation === known.incarnation) return stored
  throw noSuchEndpoint()
}

function changeMade(endpoint: Endpoint, proposal: Proposal, now: Date): Committed | null {
  const own = endpoint.changes.find(change => change.id === proposal.changeId)
  if (own) return { endpoint, change: own, by: 'this' }
  const earlier = endpoint.deletedAt ? null : earlierChange(endpoint, proposal.idempotency, now)
  return earlier ? { endpoint, change: earlier, by: 'earlier' } : null
}

function unknownOutcome(cause: unknown): Problem {
  const detail = 'It is not known whether the change was made. Repeat the request with the same Idempotency-Key.'
  return new Problem('outcome-unknown', detail, { cause, retryAfterSeconds: 1 })
}
