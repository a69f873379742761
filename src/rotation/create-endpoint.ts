import { createHash } from 'node:crypto'
import type { Contract } from '../contracts/contract'
import { newEndpointId } from '../contracts/endpoint-id'
import type { Actor, EndpointSettings, IdempotencyRecord } from '../endpoints/endpoint'
import type { Birth } from '../endpoints/new-endpoint'
import type { Committed } from '../endpoints/commit-change'
import { storeNew } from '../endpoints/store-new'
import { mirrorState } from '../mirror/mirror-state'
import { settleInRequest } from '../mirror/settle-in-request'
import type { RotationDeps } from './deps'
import { newKey } from './new-key'
import { replayReveal } from './replay-reveal'
import { shownChange, type Revealed } from './revealed'
import type { Secret } from './secret'
import { newId } from "../core/id";

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
