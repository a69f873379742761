import { isSignedInRecently } from '../../access/recent-sign-in'
import type { Contract } from '../../contracts/contract'
import { signInAgain } from '../../core/problem'
import type { HealthStore } from '../../delivery/health'
import { readyAt } from '../../rotation/due'
import type { IdempotentOperation } from '../../rotation/idempotency'
import type { EndpointStore, RotationDeps } from '../../rotation/ports'
import { abandonPublished, promotePublished, rollBack, type StepRequest } from '../../rotation/promote'
import { proofOf } from '../../rotation/proof'
import { defaultLeadSeconds, hasOneSignature, publishedOverlapSeconds } from '../../rotation/published'
import { previousEnd } from '../../rotation/ring'
import { type JsonObject, readPermittedObject } from '../body/json'
import { readIdempotency, withoutIdempotencyKey } from '../body/ring'
import { abandonTable, promoteTable, readStep, rollBackTable } from '../body/steps'
import { contractOf, loadEndpoint } from '../load-endpoint'
import type { Outcome } from '../reply'
import type { ApiSettings, PermittedRequest, Uses } from '../request'

export type StepDeps = RotationDeps & { readonly health: Pick<HealthStore, 'loadAny'> }

/** What changes which key signs, and makes none. */
export function stepUses(deps: StepDeps, settings: ApiSettings): Uses {
  return {
    promote: { credential: 'fresh', perform: request => promote(deps, settings, request) },
    abandon: { credential: 'fresh', perform: request => abandon(deps, settings, request) },
    'roll-back': { credential: 'fresh', perform: request => back(deps, settings, request) },
  }
}

/** The published key signs from now on. */
async function promote(deps: StepDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { step, body } = await read(deps.store, settings, { request, operation: 'promote', use: readPromote })
  const { keyId, force: forced = false } = body
  await requireForGap(deps, { request, step, keyId })
  const { endpoint, version, replayed } = await promotePublished(deps, { ...step, keyId, forced })
  const previousExpiresAt = previousEnd(endpoint.ring, deps.now())
  return { values: { version, signingKeyId: keyId, previousExpiresAt }, replayed }
}

/** The published key will not sign. */
async function abandon(deps: RotationDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { step, body } = await read(deps.store, settings, { request, operation: 'abandon', use: readAbandon })
  const { keyId, overlapSeconds = null } = body
  if (overlapSeconds !== null && overlapSeconds < publishedOverlapSeconds.minimum)
    requireRecentSignIn(request, deps.now())
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

/**
 * Where deliveries carry one signature, a receiver that does not have the key refuses them: whoever lets it sign before that
 * is known, by a proof or by a lead of the usual length, has just signed in.
 * @throws {Problem} `recent-sign-in-required`
 */
async function requireForGap(
  { health, now }: StepDeps,
  { request, step, keyId }: { readonly request: PermittedRequest; readonly step: ReadStep; readonly keyId: string },
): Promise<void> {
  const { endpoint, contract } = step
  const { published, tenantId, id: endpointId } = endpoint
  if (published?.key.id !== keyId || !hasOneSignature(contract) || isSignedInRecently(request.principal, now())) return
  const ready = published.leadSeconds < defaultLeadSeconds ? null : readyAt(endpoint)
  if (ready !== null && ready <= now()) return
  const proof = proofOf(endpoint, keyId, await health.loadAny({ tenantId, endpointId }), now())
  if (proof?.adoption !== 'adopted') throw signInAgain()
}

/** @throws {Problem} `recent-sign-in-required` */
function requireRecentSignIn({ principal }: PermittedRequest, now: Date): void {
  if (!isSignedInRecently(principal, now)) throw signInAgain()
}

const readPromote = (dialect: Contract, body: JsonObject) => readStep(dialect, body, promoteTable(dialect))
const readAbandon = (dialect: Contract, body: JsonObject) => readStep(dialect, body, abandonTable(dialect))
const readRollBack = (dialect: Contract, body: JsonObject) => readStep(dialect, body, rollBackTable(dialect))

type ReadStep = StepRequest & { readonly contract: Contract }

interface StepReading<Body> {
  readonly request: PermittedRequest
  readonly operation: IdempotentOperation
  readonly use: (dialect: Contract, body: JsonObject) => Body
}

async function read<Body extends { readonly ifRevision?: number | undefined }>(
  store: Pick<EndpointStore, 'load'>,
  { contracts }: ApiSettings,
  { request, operation, use }: StepReading<Body>,
): Promise<{ readonly step: ReadStep; readonly body: Body }> {
  const { contract: dialect, actor } = request
  const endpoint = await loadEndpoint(store, contracts, request)
  const given = readPermittedObject(request)
  const body = use(dialect, withoutIdempotencyKey(dialect, given))
  const idempotency = readIdempotency(request, operation, { body: given })
  const contract = contractOf(contracts, endpoint)
  return { step: { endpoint, contract, actor, idempotency, ifRevision: body.ifRevision ?? null }, body }
}
