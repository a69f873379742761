import type { Contract } from '../contracts/contract'
import { secondRotationOf } from '../contracts/defaults'
import { Problem } from '../core/problem'
import { assertWithinBudget } from './budget'
import { type NextState, newDraft } from './change'
import { assertRevision, commitChange } from './commit'
import { afterLead, readyAt } from './due'
import type { Actor, ChangeKind, Endpoint, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import type { OpenedKeys } from './keys'
import type { RotationDeps } from './ports'
import { lookBeforePromotion, restartLead } from './promotion-look'
import { abandonKey, defaultOverlapSeconds, promoteKey, publishedAs, rollBackKeys } from './published'
import { settleInRequest } from './settle'

// What becomes of a published key: it signs, it is given up, or the key before it signs again.

/** A request that changes which key signs. */
export interface StepRequest {
  readonly endpoint: Endpoint
  readonly actor: Actor
  readonly idempotency: IdempotencyRecord | null
  /** The ring's revision that the caller saw. */
  readonly ifRevision?: number | null
}

export interface Stepped {
  /** As it is now. */
  readonly endpoint: Endpoint
  readonly version: number
  /** The key that the change was about. */
  readonly keyId: string
  /** An earlier request with the same idempotency key did it. */
  readonly replayed: boolean
}

export interface PromoteRequest extends StepRequest {
  readonly keyId: string
  /** Promotes it before receivers are known to have it. */
  readonly forced: boolean
}

/**
 * Lets the published key sign. Bound to its id: another key that was published meanwhile is never promoted.
 * @throws {Problem} `nothing-published`, `key-changed`, `too-early`, and as `rotateSecret`
 */
export async function promotePublished(deps: RotationDeps, request: PromoteRequest): Promise<Stepped> {
  const { endpoint, forced } = request
  const earlier = earlierChange(endpoint, request.idempotency, deps.now())
  if (earlier) return steppedBy(endpoint, earlier, true)
  assertRevision(endpoint, request.ifRevision)
  assertPromotable(endpoint, request, deps.now())
  const opened = forced ? new Map() : await lookOrRefuse(deps, endpoint)
  return step(deps, request, promotionOf(deps, request, opened))
}

function promotionOf(deps: RotationDeps, request: PromoteRequest, opened: OpenedKeys): Step {
  const { keyId, endpoint } = request
  return {
    kind: 'promote',
    overlapSeconds: endpoint.published?.overlapSeconds ?? 0,
    opened,
    next: (stored, at) => {
      assertPromotable(stored, request, deps.now())
      const { overlapSeconds } = publishedAs(stored, keyId)
      return { ...promoteKey(stored, keyId, at), keyId, overlapSeconds }
    },
  }
}

/** By the raw clock: a change's own time may be ahead of it. */
function assertPromotable(
  endpoint: Endpoint,
  { keyId, forced }: Pick<PromoteRequest, 'keyId' | 'forced'>,
  now: Date,
): void {
  const published = publishedAs(endpoint, keyId)
  if (forced) return
  const ready = readyAt(endpoint)
  if (ready !== null && ready <= now) return
  const until = ready ?? afterLead(published, now)
  const detail = `Receivers may not have the key before ${until.toISOString()}. Promote it then, or force it.`
  throw new Problem('too-early', detail)
}

const lookMilliseconds = 2000

async function lookOrRefuse(deps: RotationDeps, endpoint: Endpoint): Promise<OpenedKeys> {
  if (endpoint.settings.mirror === 'off') return new Map()
  const signal = deps.timeout(lookMilliseconds)
  const opened = await lookBeforePromotion(deps, endpoint, signal)
  if (opened !== null) return opened
  await restartLead(deps, endpoint, signal)
  throw new Problem(
    'too-early',
    'Receivers cannot read the key at this moment. Its lead begins anew once they can: wait for that, or force it.',
  )
}

export interface AbandonRequest extends StepRequest {
  /** The endpoint's own. */
  readonly contract: Contract
  readonly keyId: string
  /** Null: as long as the contract's overlap is, and 900 seconds at the least. */
  readonly overlapSeconds: number | null
}

/**
 * Gives the published key up. It works on for its overlap; 0 ends it now.
 * @throws {Problem} `nothing-published`, `key-changed`, and as `rotateSecret`
 */
export async function abandonPublished(deps: RotationDeps, request: AbandonRequest): Promise<Stepped> {
  const { contract, keyId } = request
  const overlapSeconds = request.overlapSeconds ?? defaultOverlapSeconds(contract)
  return stepOnce(deps, request, {
    kind: 'abandon',
    overlapSeconds,
    opened: new Map(),
    next: (stored, at) => ({ ...abandonKey(stored, keyId, { overlapSeconds, now: at }), keyId }),
  })
}

export interface RollBackRequest extends StepRequest {
  /** The endpoint's own. */
  readonly contract: Contract
  /** Rolls back although receivers may let the key before end. */
  readonly forced: boolean
}

/**
 * Lets the key that signed before sign again; the newer one is published again and waits for somebody.
 * @throws {Problem} `rotation-in-progress`, `nothing-to-roll-back`, `too-late`, and as `rotateSecret`
 */
export async function rollBack(deps: RotationDeps, request: RollBackRequest): Promise<Stepped> {
  const { contract, forced } = request
  const overlapSeconds = defaultOverlapSeconds(contract)
  const endsRetiring = secondRotationOf(contract).kind === 'replace'
  return stepOnce(deps, request, {
    kind: 'roll-back',
    opened: new Map(),
    next: (stored, at) => rollBackKeys(stored, { overlapSeconds, endsRetiring, forced, now: at }),
  })
}

/**
 * Promotes the key whose lead is over, for the sweep, and settles that. Where receivers cannot read the key at this
 * moment, its lead begins anew instead. `conflict`: the endpoint has changed since it was loaded.
 * @throws what the services throw
 */
export async function promoteDue(
  deps: RotationDeps,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<'done' | 'conflict'> {
  const { published } = endpoint
  const opened = published === null ? null : await lookBeforePromotion(deps, endpoint, signal)
  if (published === null || opened === null) {
    return (await restartLead(deps, endpoint, signal)) === 'stored' ? 'done' : 'conflict'
  }
  try {
    const request = { endpoint, actor: sweepActor, idempotency: null, keyId: published.key.id, forced: false }
    await step(deps, request, promotionOf(deps, request, opened))
    return 'done'
  } catch (error) {
    if (error instanceof Problem && error.code !== 'outcome-unknown') return 'conflict'
    throw error
  }
}

const sweepActor = { kind: 'keyturn', id: 'sweep' } as const

interface Step {
  readonly kind: Extract<ChangeKind, 'promote' | 'abandon' | 'roll-back'>
  readonly overlapSeconds?: number
  readonly opened: OpenedKeys
  readonly next: (endpoint: Endpoint, at: Date) => NextState
}

async function stepOnce(deps: RotationDeps, request: StepRequest, taken: Step): Promise<Stepped> {
  const earlier = earlierChange(request.endpoint, request.idempotency, deps.now())
  return earlier ? steppedBy(request.endpoint, earlier, true) : step(deps, request, taken)
}

/** Each of these takes something back, or was reserved when the key was published. */
const spending = { versions: 1, isUrgent: true } as const

async function step(deps: RotationDeps, request: StepRequest, taken: Step): Promise<Stepped> {
  const { endpoint, actor, idempotency, ifRevision } = request
  const { kind, overlapSeconds = 0, opened, next } = taken
  const committed = await commitChange(deps, endpoint, {
    ifRevision,
    draft: newDraft(deps, { kind, actor, overlapSeconds, idempotency }),
    next: (stored, at) => {
      assertWithinBudget(stored, at, spending)
      return next(stored, at)
    },
  })
  const isOwn = committed.by === 'this'
  const settled = isOwn ? await settleInRequest(deps, committed.endpoint, opened) : committed.endpoint
  return steppedBy(settled, committed.change, !isOwn)
}

function steppedBy(
  endpoint: Endpoint,
  { version, keyId }: Pick<Stepped, 'version' | 'keyId'>,
  replayed: boolean,
): Stepped {
  return { endpoint, version, keyId, replayed }
}
