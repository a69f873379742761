import { createHash } from 'node:crypto'
import type { Contract } from '../contracts/contract'
import { newEndpointId } from '../contracts/ids'
import { newId } from '../core/id'
import { addSeconds, notBefore } from '../core/instant'
import { Problem } from '../core/problem'
import type { Secret } from '../core/secret'
import { assertWithinBudget } from './budget'
import {
  type ChangeDraft,
  lookAgainSeconds,
  newDraft,
  nextRevision,
  rememberedChanges,
  settleGraceSeconds,
} from './change'
import { leadingNowhere, toldChanges } from './changed-settings'
import { type Committed, maximumAttempts, tryWrite } from './commit'
import type { Actor, Endpoint, EndpointSettings, IdempotencyRecord } from './endpoint'
import { earlierChange } from './idempotency'
import { newKey, type SealedKey } from './keys'
import type { RotationDeps } from './ports'
import { replayReveal, type Revealed, settleAndReveal } from './reveal'

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
  /** How many endpoints the tenant may have, this one included. */
  readonly mostEndpoints: number
}

/**
 * Creates an endpoint with its first key and reveals it. With an idempotency key the id follows from it, so that a
 * repeat meets the same item.
 * @throws {Problem} `endpoint-exists`, `idempotency-key-reused`, `rotation-superseded`, `rotation-budget`,
 *   `too-many-endpoints`, `outcome-unknown`
 */
export async function createEndpoint(deps: RotationDeps, request: CreateRequest): Promise<Revealed> {
  const { tenantId, contract, actor, idempotency, settings, ownSecret, mostEndpoints } = request
  const id = request.id ?? newEndpointId(contract.ids, idSource(deps, request))
  const key = await newKey(deps, { tenantId, endpointId: id, contract }, ownSecret)
  const draft = newDraft(deps, { kind: 'create', actor, idempotency })
  const incarnation = newId('inc', deps.randomBytes)
  const birth: Birth = { tenantId, id, contract: contract.name, incarnation, settings, key: key.sealedKey, draft }
  const stored = await storeNew(deps, birth, mostEndpoints)
  if (stored.by === 'earlier') return replayReveal(deps, { ...stored, actor })
  return settleAndReveal(deps, stored, { secret: key.secret, opened: new Map() })
}

/** The bytes of a new id: random, or made from tenant and idempotency key. */
function idSource({ randomBytes }: RotationDeps, { tenantId, idempotency }: CreateRequest): (count: number) => Buffer {
  if (!idempotency) return randomBytes
  const seed = createHash('sha256')
    .update(JSON.stringify([tenantId, idempotency.hash]))
    .digest()
  return count => createHash('shake256', { outputLength: count }).update(seed).digest()
}

/** What a new endpoint starts with. */
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
  const told = toldChanges(leadingNowhere(settings), settings)
  const created = { ...draft, revision, version: 1, keyId: key.id, at, revokedKeyIds: [], ...told }
  return {
    tenantId,
    id,
    contract,
    incarnation,
    revision,
    settings,
    pausedSince: settings.status === 'paused' ? at : null,
    resumedAt: null,
    ring: { version: 1, revision, keys: [{ ...key, createdAt: at, expiresAt: null }] },
    published: null,
    changes: [created, ...inherited],
    settling: {
      revision: tombstone?.settling.revision ?? 0,
      mirrorVersionId: null,
      failures: 0,
      error: null,
      endsToldUntil: at,
    },
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    lookAgainAt: tombstone?.lookAgainAt ? addSeconds(at, lookAgainSeconds) : null,
    dueAt: addSeconds(at, settleGraceSeconds),
  }
}

type StoreDeps = Pick<RotationDeps, 'store' | 'now'>

/**
 * Stores a new endpoint, in a tombstone's place if there is one. When the outcome is not clear, what is stored decides,
 * even if it was deleted since: a repeat of a creation that was stored is not refused for want of room.
 * @throws {Problem} `endpoint-exists`, `idempotency-key-reused`, `rotation-superseded`, `rotation-budget`,
 *   `too-many-endpoints`, `outcome-unknown`
 */
export async function storeNew(deps: StoreDeps, birth: Birth, mostEndpoints: number): Promise<Committed> {
  let tombstone: Endpoint | null = null
  let failure: unknown
  for (let attempt = 0; attempt < maximumAttempts; attempt++) {
    const at = tombstone ? notBefore(deps.now(), tombstone.updatedAt) : deps.now()
    const endpoint = newEndpoint(birth, at, tombstone)
    const replaces: number | null = tombstone?.revision ?? null
    const outcome = await tryWrite(() => deps.store.create(endpoint, { replaces, mostEndpoints }))
    if (outcome === 'stored') return { endpoint, change: endpoint.changes[0], by: 'this' }
    failure = outcome
    const stored = await deps.store.load({ tenantId: birth.tenantId, endpointId: birth.id }).catch(unknownOutcome)
    const isTaken = stored && (!stored.deletedAt || stored.incarnation === birth.incarnation)
    if (isTaken) return ownOrEarlier(deps, stored, birth)
    tombstone = stored
    if (tombstone) assertMayReplace(deps, tombstone, birth)
    if (outcome === 'full') throw tooManyEndpoints(mostEndpoints)
  }
  return unknownOutcome(failure)
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

function tooManyEndpoints(most: number): Problem {
  const detail = `The tenant has ${most} endpoints, which is the most that this deployment allows. Delete one first.`
  return new Problem('too-many-endpoints', detail)
}

function unknownOutcome(cause: unknown): never {
  const detail = 'It is not known whether the endpoint was created. Repeat the request with the same Idempotency-Key.'
  throw new Problem('outcome-unknown', detail, { cause, retryAfterSeconds: 1 })
}
