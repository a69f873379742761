import { isSignedInRecently } from '../../access/recent-sign-in'
import type { RevealField } from '../../contracts/reply-fields'
import { shapeFields, showsSecret } from '../../contracts/shape'
import { Problem } from '../../core/problem'
import { type DeliveryHealth, type HealthStore, neverDelivered } from '../../delivery/health'
import { createEndpoint } from '../../rotation/create'
import type { Endpoint } from '../../rotation/endpoint'
import { type OpenedKey, openOlderKeys } from '../../rotation/keys'
import { mirrorState } from '../../rotation/mirror'
import type { RotationDeps } from '../../rotation/ports'
import { revealCurrent, type Revealed, type Shown } from '../../rotation/reveal'
import { revokePreviousKeys } from '../../rotation/revoke'
import { keyBefore, previousEnd } from '../../rotation/ring'
import { rotateSecret, rotateUnrevealed } from '../../rotation/rotate'
import { readBody, readPermittedObject, requirePermittedMembers } from '../body/json'
import { readNewEndpoint } from '../body/new-endpoint'
import {
  comparedOf,
  readIdempotency,
  readRingBody,
  readRotateChoice,
  requireBody,
  withoutIdempotencyKey,
} from '../body/ring'
import { checkConsumers } from '../body/settings'
import { readStep, revokeTable } from '../body/steps'
import { endpointValues, healthOf, type Viewer } from '../endpoint-values'
import { contractOf, grantsNew, loadShownEndpoint } from '../load-endpoint'
import type { Outcome, Value, Values } from '../reply'
import type { ApiSettings, PermittedRequest, Uses } from '../request'
import { stepUses } from './steps'
import { update } from './update'

/** All that the function `rotate` reaches outside for. */
export type RingDeps = RotationDeps & { readonly health: Pick<HealthStore, 'loadAny' | 'resume'> }

/** What the function `rotate` serves: everything that reveals a secret or changes a ring. */
export function ringUses(deps: RingDeps, settings: ApiSettings): Uses {
  return {
    create: { credential: 'fresh', perform: request => create(deps, settings, request) },
    rotate: { credential: 'fresh', perform: request => rotate(deps, settings, request) },
    ...stepUses(deps, settings),
    'revoke-previous': { credential: 'fresh', perform: request => revokePrevious(deps, settings, request) },
    reveal: { credential: 'fresh', perform: request => reveal(deps, settings, request) },
    // A route of which only some requests rotate is this function's, all of it.
    update: { credential: 'fresh', perform: request => update(deps, settings, request) },
  }
}

/** A new current key, revealed unless the caller wants it not to be. */
async function rotate(deps: RingDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { contract: dialect, actor } = request
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  const contract = contractOf(contracts, endpoint)
  const body = readRingBody(request)
  requirePermittedMembers(request, body)
  requireBody(request)
  const { operation } = request
  const placed = { ...request, body }
  const { ifRevision, unrevealedBy, ...choice } = readRotateChoice({
    request: placed,
    dialect,
    operation,
    contract,
    mounted: contracts,
    now: deps.now(),
  })
  const idempotency = readIdempotency(request, 'rotate', { body, compared: comparedOf(request, body) })
  const mayPublish = dialect.rotateBody?.publish !== undefined || dialect.publishes !== undefined
  const whilePublished = mayPublish ? 'refuse' : 'retire'
  const mayLeaveGap = mayLeaveGapIn(request, deps.now()) ? {} : ({ mayLeaveGap: false } as const)
  const rotation = {
    endpoint,
    contract,
    actor,
    choice,
    idempotency,
    ifRevision,
    whilePublished,
    ...mayLeaveGap,
  } as const
  if (unrevealedBy !== null) {
    const shown = await rotateUnrevealed(deps, rotation, unrevealedBy)
    return { values: unrevealedValues(shown, health, request), replayed: shown.replayed }
  }
  return shownReveal(deps, request, await rotateSecret(deps, rotation), health)
}

/** At a vendor's own route the vendor's page alone says who may do what. */
function mayLeaveGapIn({ contract, principal }: PermittedRequest, now: Date): boolean {
  return contract.credentials.portalScopes === undefined || isSignedInRecently(principal, now)
}

/** A new endpoint with its first key, revealed. */
async function create(deps: RingDeps, settings: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { contract: ownContract, tenantId, actor } = request
  const { mirror, insecureTargets, mirrorReaders, mostEndpoints } = settings
  const body = readPermittedObject(request)
  if (!grantsNew(request)) {
    throw new Problem('permission-denied', 'A portal session that is for some endpoints makes no other.')
  }
  const contracts = ownContract.reach === 'every' ? settings.contracts : [ownContract]
  const created = readNewEndpoint(withoutIdempotencyKey(ownContract, body), {
    tenantId,
    ownContract,
    contracts,
    mirror,
    insecureTargets,
  })
  checkConsumers(created.settings.consumers, mirrorReaders)
  const idempotency = readIdempotency(request, 'create', { body })
  const revealed = await createEndpoint(deps, { ...created, tenantId, actor, idempotency, mostEndpoints })
  return shownReveal(deps, request, revealed, await healthOfCreated(deps, revealed))
}

/** An endpoint that an earlier request made may have had deliveries since. */
async function healthOfCreated({ health }: RingDeps, { endpoint, replayed }: Revealed): Promise<DeliveryHealth> {
  if (!replayed) return neverDelivered
  return healthOf(endpoint, await health.loadAny({ tenantId: endpoint.tenantId, endpointId: endpoint.id }))
}

/** Every retiring key ends. */
async function revokePrevious(deps: RingDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { contract, actor, operation } = request
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  const body = readRingBody(request)
  const given = readStep(contract, withoutIdempotencyKey(contract, body), revokeTable(contract))
  const { ifRevision = null, requireProof = false } = given
  const idempotency = readIdempotency(request, 'revoke-previous', { body, compared: {} })
  const { tenantId, id: endpointId } = endpoint
  const requiredProof = requireProof ? await deps.health.loadAny({ tenantId, endpointId }) : null
  const revocation = { endpoint, actor, idempotency, ifRevision, requiredProof }
  const { replayed, endpoint: changed, ...revoked } = await revokePreviousKeys(deps, revocation)
  if (!showsSecret(operation.reply.body)) {
    return { values: { ...keyValues(changed, { health, now: deps.now(), viewer: request }), ...revoked }, replayed }
  }
  const { values } = await shownReveal(deps, request, await revealCurrent(deps, { endpoint: changed, actor }), health)
  return { values: { ...values, ...revoked }, replayed }
}

interface Seen {
  readonly health: DeliveryHealth
  readonly now: Date
  readonly viewer: Viewer
}

/** What a reply without a secret may show of an endpoint and its current key. */
function keyValues(endpoint: Endpoint, { health, now, viewer }: Seen): Values {
  const { ring } = endpoint
  const [current] = ring.keys
  return {
    ...endpointValues(endpoint, health, viewer),
    keyId: current.id,
    keyState: 'signing',
    signsFrom: current.publication?.promotedAt ?? current.createdAt,
    rotatedAt: current.createdAt,
    previousExpiresAt: previousEnd(ring, now),
    previousSecret: null,
    mirror: mirrorState(endpoint),
  }
}

/** The current key, revealed, for contracts that show a new secret on a request of its own. The body is ignored. */
async function reveal(deps: RingDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  readBody(request)
  return shownReveal(deps, request, await revealCurrent(deps, { endpoint, actor: request.actor }), health)
}

/** A reveal with the secrets before, where the reply shows them. */
async function shownReveal(
  deps: RingDeps,
  request: PermittedRequest,
  revealed: Revealed,
  health: DeliveryHealth,
): Promise<Outcome> {
  const { body } = request.operation.reply
  const fields = body === null ? [] : shapeFields(body)
  const showsOlder = fields.includes('secrets') || fields.includes('previousSecret')
  const older = showsOlder ? await openOlderKeys(deps, revealed.endpoint, revealed.keyId) : []
  return revealOutcome(revealed, { health, older, viewer: request })
}

/** What a reply about a new key shows, without any secret. */
function unrevealedValues(shown: Shown, health: DeliveryHealth, viewer: Viewer): Record<RevealField, Value> {
  const { endpoint, keyId, version, rotatedAt, state: keyState, signsFrom, previousExpiresAt, mirror } = shown
  const key = { keyId, version, rotatedAt, keyState, signsFrom, previousExpiresAt, mirror }
  return { ...endpointValues(endpoint, health, viewer), ...key, signingSecret: null, previousSecret: null, secrets: [] }
}

interface Beside {
  readonly health: DeliveryHealth
  /** The keys before, where the reply may show them as well. */
  readonly older: readonly OpenedKey[]
  readonly viewer: Viewer
}

/** The one place where a secret becomes part of a reply. */
export function revealOutcome(revealed: Revealed, { health, older, viewer }: Beside): Outcome {
  const { endpoint, secret, keyId, rotatedAt, previousExpiresAt, replayed } = revealed
  const current = {
    signingSecret: secret.reveal(),
    keyId,
    createdAt: rotatedAt,
    expiresAt: null,
    isCurrent: revealed.state === 'signing',
  }
  const others = older.map(({ key, secret: opened }) => ({
    signingSecret: opened.reveal(),
    keyId: key.id,
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    isCurrent: key.id === endpoint.ring.keys[0].id,
  }))
  // The key whose end the reply tells: an older one that outlives it is not the key before.
  const previous = keyBefore(endpoint.ring)
  const isBefore = previous !== undefined && previous.expiresAt?.getTime() === previousExpiresAt?.getTime()
  const [before] = isBefore ? others.filter(key => key.keyId === previous.id) : []
  const values: Record<RevealField, Value> = {
    ...unrevealedValues(revealed, health, viewer),
    signingSecret: current.signingSecret,
    previousSecret: before?.signingSecret ?? null,
    secrets: [current, ...others],
  }
  return { values, replayed }
}
