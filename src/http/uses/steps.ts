import { isSignedInRecently } from '../../access/recent-sign-in'
import type { Contract } from '../../contracts/contract'
import { signInAgain } from '../../core/problem'
import type { IdempotentOperation } from '../../rotation/idempotency'
import type { EndpointStore, RotationDeps } from '../../rotation/ports'
import { abandonPublished, promotePublished, rollBack, type StepRequest } from '../../rotation/promote'
import { previousEnd } from '../../rotation/ring'
import { type JsonObject, readPermittedObject } from '../body/json'
import { readIdempotency, withoutIdempotencyKey } from '../body/ring'
import { abandonTable, promoteTable, readStep, rollBackTable } from '../body/steps'
import { contractOf, loadEndpoint } from '../load-endpoint'
import type { Outcome } from '../reply'
import type { ApiSettings, PermittedRequest, Uses } from '../request'

/** What changes which key signs, and makes none. */
export function stepUses(deps: RotationDeps, settings: ApiSettings): Uses {
  return {
    promote: { credential: 'fresh', perform: request => promote(deps, settings, request) },
    abandon: { credential: 'fresh', perform: request => abandon(deps, settings, request) },
    'roll-back': { credential: 'fresh', perform: request => back(deps, settings, request) },
  }
}

/** The published key signs from now on. */
async function promote(deps: RotationDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { step, body } = await read(deps.store, settings, { request, operation: 'promote', use: readPromote })
  const { keyId, force: forced = false } = body
  const { endpoint, version, replayed } = await promotePublished(deps, { ...step, keyId, forced })
  const previousExpiresAt = previousEnd(endpoint.ring, deps.now())
  return { values: { version, signingKeyId: keyId, previousExpiresAt }, replayed }
}

/** The published key will not sign. */
async function abandon(deps: RotationDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { step, body } = await read(deps.store, settings, { request, operation: 'abandon', use: readAbandon })
  const { keyId, overlapSeconds = null } = body
  if (overlapSeconds === 0 && !isSignedInRecently(request.principal, deps.now())) throw signInAgain()
  const { endpoint, version, replayed } = await abandonPublished(deps, { ...step, keyId, overlapSeconds })
  const expiresAt = endpoint.ring.keys.find(({ id }) => id === keyId)?.expiresAt ?? null
  return { values: { version, abandonedKeyId: keyId, expiresAt }, replayed }
}

/** The key that signed before signs again. */
async function back(deps: RotationDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { step, body } = await read(deps.store, settings, { request, operation: 'roll-back', use: readRollBack })
  const { endpoint, version, keyId, replayed } = await rollBack(deps, { ...step, forced: body.force ?? false })
  return { values: { version, signingKeyId: keyId, publishedKeyId: endpoint.published?.key.id ?? null }, replayed }
}

const readPromote = (dialect: Contract, body: JsonObject) => readStep(dialect, body, promoteTable(dialect))
const readAbandon = (dialect: Contract, body: JsonObject) => readStep(dialect, body, abandonTable(dialect))
const readRollBack = (dialect: Contract, body: JsonObject) => readStep(dialect, body, rollBackTable(dialect))

interface StepReading<Body> {
  readonly request: PermittedRequest
  readonly operation: IdempotentOperation
  readonly use: (dialect: Contract, body: JsonObject) => Body
}

async function read<Body extends { readonly ifRevision?: number | undefined }>(
  store: Pick<EndpointStore, 'load'>,
  { contracts }: ApiSettings,
  { request, operation, use }: StepReading<Body>,
): Promise<{ readonly step: StepRequest & { readonly contract: Contract }; readonly body: Body }> {
  const { contract: dialect, actor } = request
  const endpoint = await loadEndpoint(store, contracts, request)
  const given = readPermittedObject(request)
  const body = use(dialect, withoutIdempotencyKey(dialect, given))
  const idempotency = readIdempotency(request, operation, { body: given })
  const contract = contractOf(contracts, endpoint)
  return { step: { endpoint, contract, actor, idempotency, ifRevision: body.ifRevision ?? null }, body }
}
