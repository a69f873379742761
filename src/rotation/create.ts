import { createHash } from 'node:crypto'
import type { Contract } from '../contracts/contract'
import { newEndpointId } from '../contracts/ids'
import { newId } from '../core/id'
import { addSeconds, notBefore } from '../core/instant'
import { Problem } from '../core/problem'
import type { Secret } from '../core/secret'
import { assertWithinBudget } from './budget'
import { type ChangeDraft, lookAgainSeconds, nextRevision, rememberedChanges, settleGraceSeconds } from './change'
import type { Committed } from './commit'
import type { Actor, Endpoint, EndpointSettings, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import { newKey, type SealedKey } from './keys'
import { mirrorState } from './mirror'
import type { RotationDeps } from './ports'
import { replayReveal, type Revealed, shownChange } from './reveal'
import { settleInRequest } from './settle'

export interface CreateRequest {
  readonly tenantId: string
  readonly contract: Contract
  readonly actor: Actor
  /** Null: a new one in the contract's format. */
  readonly id: string | null
  readonly settings: EndpointSettings
  /** The secret that an imported endpoint has already. */
  readonly ownSecret: Secret | null
  readonly idempotency: IdempotencyRecord | null
}

/**
 * Creates an endpoint with its first key and reveals it. With an idempotency key the id follows from it, so that a
 * repeat meets the same item.
 * @throws {Problem} `endpoint-exists`, `idempotency-key-reused`, `rotation-superseded`, `rotation-budget`,
 *   `outcome-unknown`
 */
export async function createEndpoint(deps: RotationDeps, request: CreateRequest): Promise<Revealed> {
  const { tenantId, contract, actor, idempotency } = request
  const id = request.id ?? newEndpointId(contract.ids, idSource(deps, request))
  const key = await newKey(deps, { tenantId, endpointId: id, contract }, request.ownSecret)
  const changeId = newId('chg', deps.randomBytes)
  const draft = { id: changeId, kind: 'create', actor, reason: null, overlapSeconds: 0, idempotency } as const
  const incarnation = newId('inc', deps.randomBytes)
  const { settings } = request
  const birth: Birth = { tenantId, id, contract: contract.name, incarnation, settings, key: key.sealed, draft }
  const stored = await storeNew(deps, birth)
  if (stored.by === 'earlier') return replayReveal(deps, { ...stored, actor })
  return settleAndReveal(deps, stored, key.secret)
}

async function settleAndReveal(deps: RotationDeps, { endpoint, change }: Committed, secret: Secret): Promise<Revealed> {
  const settled = await settleInRequest(deps, endpoint, new Map([[change.keyId, secret]]))
  return { ...shownChange(change), endpoint: settled, secret, mirror: mirrorState(settled), replayed: false }
}

/** Where the bytes of a new id come from: chance, or the idempotency key with its tenant. */
function idSource({ randomBytes }: RotationDeps, { tenantId, idempotency }: CreateRequest): (count: number) => Buffer {
  if (!idempotency) return randomBytes
  const seed = createHash('sha256')
    .update(JSON.stringify([tenantId, idempotency.hash]))
    .digest()
  return count => createHash('shake256', { outputLength: count }).update(seed).digest()
}

/** What a new endpoint starts from. */
export interface Birth {
  readonly tenantId: string
  readonly id: string
  readonly contract: string
  readonly incarnation: string
  readonly settings: EndpointSettings
  readonly key: SealedKey
  readonly draft: ChangeDraft
}

/**
 * The endpoint as it is created at `at`. In a tombstone's place it goes on where that one stopped: it is ahead of its
 * revision, settles what the tombstone left, shares its budget, and expects a late deletion of the mirror.
 */
export function newEndpoint(birth: Birth, at: Date, tombstone: Endpoint | null): Endpoint {
  const { tenantId, id, contract, incarnation, settings, key, draft } = birth
  const revision = nextRevision(tombstone?.revision ?? 0, at)
  const inherited = tombstone ? rememberedChanges(tombstone, at).map(change => ({ ...change, idempotency: null })) : []
  const created = { ...draft, revision, version: 1, keyId: key.id, at, revokedKeyIds: [] }
  return {
    tenantId,
    id,
    contract,
    incarnation,
    revision,
    settings,
    ring: { version: 1, revision, keys: [{ ...key, createdAt: at, expiresAt: null }] },
    changes: [created, ...inherited],
    settling: { revision: tombstone?.settling.revision ?? 0, mirrorVersionId: null, failures: 0, error: null },
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    lookAgainAt: tombstone?.lookAgainAt ? addSeconds(at, lookAgainSeconds) : null,
    dueAt: addSeconds(at, settleGraceSeconds),
  }
}

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
