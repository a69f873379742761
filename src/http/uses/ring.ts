import type { RevealField } from '../../contracts/reply-fields'
import { type DeliveryHealth, type HealthStore, neverDelivered } from '../../delivery/health'
import { createEndpoint } from '../../rotation/create'
import type { RotationDeps } from '../../rotation/ports'
import { revealCurrent, type Revealed } from '../../rotation/reveal'
import { revokePreviousKeys } from '../../rotation/revoke'
import { rotateSecret } from '../../rotation/rotate'
import { fieldsOf } from '../body/fields'
import { readBody, readPermittedObject } from '../body/json'
import { readNewEndpoint } from '../body/new-endpoint'
import { readIdempotency, readRingBody, readRotateChoice } from '../body/ring'
import { checkConsumers } from '../body/settings'
import { endpointValues, healthOf } from '../endpoint-values'
import { contractOf, loadEndpoint, loadShownEndpoint } from '../load-endpoint'
import type { Outcome, Value } from '../reply'
import type { ApiSettings, PermittedRequest, Uses } from '../request'

/** All that the function `rotate` reaches outside for. */
export type RingDeps = RotationDeps & { readonly health: Pick<HealthStore, 'loadAny'> }

/** What the function `rotate` serves: everything that reveals a secret or changes a ring. */
export function ringUses(deps: RingDeps, settings: ApiSettings): Uses {
  return {
    create: { credential: 'fresh', perform: request => create(deps, settings, request) },
    rotate: { credential: 'fresh', perform: request => rotate(deps, settings, request) },
    'revoke-previous': { credential: 'fresh', perform: request => revokePrevious(deps, settings, request) },
    reveal: { credential: 'fresh', perform: request => reveal(deps, settings, request) },
  }
}

/** A new current key, revealed. */
async function rotate(deps: RingDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { contract: dialect, actor } = request
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  const contract = contractOf(contracts, endpoint)
  const body = readRingBody(request)
  const choice = readRotateChoice({ body, dialect, contract, mounted: contracts, now: deps.now() })
  const idempotency = readIdempotency(request, 'rotate', body)
  const revealed = await rotateSecret(deps, { endpoint, contract, actor, choice, idempotency })
  return revealOutcome(revealed, health)
}

/** A new endpoint with its first key, revealed. */
async function create(deps: RingDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { contract: ownContract, tenantId, actor } = request
  const { mirror, insecureTargets, mirrorReaders, mostEndpoints } = settings
  const body = readPermittedObject(request)
  const contracts = ownContract.reach === 'every' ? settings.contracts : [ownContract]
  const created = readNewEndpoint(body, { tenantId, ownContract, contracts, mirror, insecureTargets })
  checkConsumers(created.settings.consumers, mirrorReaders)
  const idempotency = readIdempotency(request, 'create', body)
  const revealed = await createEndpoint(deps, { ...created, tenantId, actor, idempotency, mostEndpoints })
  return revealOutcome(revealed, await healthOfCreated(deps, revealed))
}

/** An endpoint that an earlier request made may have had deliveries since. */
async function healthOfCreated({ health }: RingDeps, { endpoint, replayed }: Revealed): Promise<DeliveryHealth> {
  if (!replayed) return neverDelivered
  return healthOf(endpoint, await health.loadAny({ tenantId: endpoint.tenantId, endpointId: endpoint.id }))
}

/** Every key but the current one ends. The body has no fields. */
async function revokePrevious(deps: RingDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { contract, actor } = request
  const endpoint = await loadEndpoint(deps.store, contracts, request)
  fieldsOf(readRingBody(request), contract.rotateBody?.unknownFields ?? 'ignore').finish()
  const idempotency = readIdempotency(request, 'revoke-previous', {})
  const { replayed, ...values } = await revokePreviousKeys(deps, { endpoint, actor, idempotency })
  return { values, replayed }
}

/** The current key, revealed, for contracts that show a new secret on a request of its own. The body is ignored. */
async function reveal(deps: RingDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  readBody(request)
  return revealOutcome(await revealCurrent(deps, { endpoint, actor: request.actor }), health)
}

/** The one place where a secret becomes part of a reply. */
export function revealOutcome(revealed: Revealed, health: DeliveryHealth): Outcome {
  const { endpoint, secret, keyId, version, rotatedAt, previousExpiresAt, mirror, replayed } = revealed
  const values: Record<RevealField, Value> = {
    ...endpointValues(endpoint, health),
    signingSecret: secret.reveal(),
    keyId,
    version,
    rotatedAt,
    previousExpiresAt,
    mirror,
  }
  return { values, replayed }
}
