import { noSuchEndpoint, Problem } from '../core/problem'
import { applyChange, type ChangeDraft, changeTime, type NextState } from './change'
import type { Change, Endpoint } from './endpoint'
import { earlierChange } from './idempotency'
import type { RotationDeps } from './ports'

/** Writes of one change; each after the first follows from what is stored by then. */
export const maximumAttempts = 3

/** One change to make. */
export interface Proposal {
  readonly draft: ChangeDraft
  /** The rule, run anew at every attempt on what is stored. It throws what it refuses. */
  readonly next: (endpoint: Endpoint, at: Date) => NextState
  /** The revision of the ring that the caller saw; absent or null: whichever it is. */
  readonly ifRevision?: number | null | undefined
}

/** @throws {Problem} `changed-meanwhile` */
export function assertRevision({ ring: { revision } }: Endpoint, wanted: number | null | undefined): void {
  if (wanted === undefined || wanted === null || wanted === revision) return
  throw new Problem(
    'changed-meanwhile',
    `The keys have changed since revision ${wanted}: look at them again, they are at ${revision}.`,
  )
}

export interface Committed {
  /** The endpoint as it is stored by now. Other changes may have come after this one. */
  readonly endpoint: Endpoint
  readonly change: Change
  /** `earlier`: another request with the same idempotency key made the change. */
  readonly by: 'this' | 'earlier'
}

/**
 * Commits one change with a conditional write. When the outcome is not clear, what is stored decides: the change was
 * made if, and only if, its id is among the remembered ones.
 * @throws {Problem} `not-found`, `rotation-conflict`, `changed-meanwhile`, `outcome-unknown`, or what the rule throws
 */
export async function commitChange(
  deps: Pick<RotationDeps, 'store' | 'now'>,
  loaded: Endpoint,
  { draft, next, ifRevision }: Proposal,
): Promise<Committed> {
  let endpoint = loaded
  let failure: unknown
  for (let attempt = 0; attempt < maximumAttempts; attempt++) {
    assertRevision(endpoint, ifRevision)
    const at = changeTime(endpoint, deps.now())
    const changed = applyChange(endpoint, draft, next(endpoint, at), at)
    const expectedRevision = endpoint.revision
    const outcome = await tryWrite(() => deps.store.commit(changed, expectedRevision))
    if (outcome === 'stored') return { endpoint: changed, change: changed.changes[0], by: 'this' }
    failure = outcome === 'conflict' ? undefined : outcome
    endpoint = await reload(deps, loaded)
    const found = changeMade(endpoint, draft, deps.now())
    if (found) return found
    if (endpoint.deletedAt) throw noSuchEndpoint()
  }
  if (failure) throw unknownOutcome(failure)
  throw new Problem('rotation-conflict', 'Other changes of this endpoint came first. Try again.')
}

/** What the write came to, or the error that leaves open whether it was made. */
export async function tryWrite<Result>(write: () => Promise<Result>): Promise<Result | Error> {
  try {
    return await write()
  } catch (error) {
    return error instanceof Error ? error : new Error('the write failed', { cause: error })
  }
}

/** What is stored now of the endpoint that the request loaded, not of a later one with the same id. */
async function reload({ store }: Pick<RotationDeps, 'store'>, loaded: Endpoint): Promise<Endpoint> {
  const address = { tenantId: loaded.tenantId, endpointId: loaded.id }
  const stored = await store.load(address).catch((error: unknown) => {
    throw unknownOutcome(error)
  })
  if (stored?.incarnation === loaded.incarnation) return stored
  throw noSuchEndpoint()
}

function changeMade(endpoint: Endpoint, draft: ChangeDraft, now: Date): Committed | null {
  const made = endpoint.changes.find(change => change.id === draft.id)
  if (made) return { endpoint, change: made, by: 'this' }
  const earlier = endpoint.deletedAt ? null : earlierChange(endpoint, draft.idempotency, now)
  return earlier ? { endpoint, change: earlier, by: 'earlier' } : null
}

function unknownOutcome(cause: unknown): Problem {
  const detail = 'It is not known whether the change was made. Repeat the request with the same Idempotency-Key.'
  return new Problem('outcome-unknown', detail, { cause, retryAfterSeconds: 1 })
}
