import { inLanes } from '../../core/concurrency'
import { noSuchEndpoint } from '../../core/problem'
import type { HealthStore } from '../../delivery/health'
import type { AuditEntry, AuditRecord } from '../../rotation/change'
import type { ChangedSettings } from '../../rotation/changed-settings'
import { deleteEndpoint } from '../../rotation/delete'
import type { Endpoint } from '../../rotation/endpoint'
import { mirrorName, mirrorState } from '../../rotation/mirror'
import type { AuditLog, EndpointAddress, EndpointStore, Page, PageRequest } from '../../rotation/ports'
import { liveKeys } from '../../rotation/published'
import { type Proof, proofOf, type StoredProofs } from '../../rotation/proof'
import { promotionAt } from '../../rotation/due'
import type { Key } from '../../rotation/ring'
import { policyState } from '../../rotation/settle-policy'
import { readBody } from '../body/json'
import { endpointValues } from '../endpoint-values'
import { isGranted, isReached, loadEndpoint, loadShownEndpoint, possibleIds } from '../load-endpoint'
import { findEndpoints } from '../endpoint-filter'
import { readAuditRange, readEndpointList, readPageRequest } from '../query'
import { type Outcome, outcome, type Values } from '../reply'
import type { ApiSettings, PermittedRequest, Uses } from '../request'
import { update, type UpdateDeps } from './update'

export interface EndpointDeps extends UpdateDeps {
  readonly audit: Pick<AuditLog, 'list' | 'listAll' | 'listOfTenant'>
  readonly health: Pick<HealthStore, 'loadAny' | 'loadMany' | 'resume'>
}

const lanes = 10

/** Reads of endpoints, and changes of their settings. None of it opens a secret or writes one. */
export function endpointUses(deps: EndpointDeps, settings: ApiSettings): Uses {
  return {
    list: { credential: 'cached', perform: request => list(deps, settings, request) },
    get: { credential: 'cached', perform: request => get(deps, settings, request) },
    update: { credential: 'fresh', perform: request => update(deps, settings, request) },
    delete: { credential: 'fresh', perform: request => remove(deps, settings, request) },
    'secret-state': { credential: 'cached', perform: request => showSecretState(deps, settings, request) },
    rotations: { credential: 'cached', perform: request => listRotations(deps, settings, request) },
    audit: { credential: 'cached', perform: request => listAudit(deps, settings, request) },
    'tenant-audit': { credential: 'cached', perform: request => listTenantAudit(deps, request) },
  }
}

/**
 * A page of the tenant's endpoints, or of those that the query asks for. Where a contract sees its own alone, or the query
 * asks for some, a page can be short and still have a next.
 */
async function list(
  { store, health }: Pick<EndpointDeps, 'store' | 'health'>,
  { contracts }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const { tenantId } = request
  readBody(request)
  const { page, filter, nextCursor } = readEndpointList(request, contracts)
  const pageOf = async (asked: PageRequest): Promise<Page<Endpoint>> => {
    const { items, next } = await listGranted(store, request, asked)
    return { next, items: items.filter(item => isReached(item, request)) }
  }
  const healthOf = (endpoints: readonly Endpoint[]) =>
    health.loadMany(endpoints.map(({ id: endpointId, incarnation }) => ({ tenantId, endpointId, incarnation })))
  const { items, next } = await findEndpoints({ pageOf, healthOf }, filter, page)
  const endpoints = items.map(({ endpoint, health: own }) => endpointValues(endpoint, own, request))
  return outcome({ endpoints, nextCursor: nextCursor(next) })
}

/** A portal session that is for some endpoints is shown those, found one by one: its tenant may have very many. */
async function listGranted(
  store: Pick<EndpointStore, 'list' | 'load'>,
  { tenantId, principal }: PermittedRequest,
  page: PageRequest,
): Promise<Page<Endpoint>> {
  const granted = principal.kind === 'portal' ? principal.session.endpointIds : null
  if (granted === null) return store.list(tenantId, page)
  const left = [...granted].sort().filter(id => page.after === null || id > page.after)
  const ids = left.slice(0, page.limit)
  const found = await inLanes(lanes, ids, endpointId => store.load({ tenantId, endpointId }))
  return {
    items: found.filter(endpoint => endpoint !== null),
    next: left.length > ids.length ? (ids.at(-1) ?? null) : null,
  }
}

/** One endpoint, without its secret. */
async function get(
  deps: Pick<EndpointDeps, 'store' | 'health'>,
  { contracts }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  readBody(request)
  return outcome(endpointValues(endpoint, health, request))
}

/** The endpoint is gone from now on; a reply that shows it shows what it was. */
async function remove(deps: EndpointDeps, { contracts }: ApiSettings, request: PermittedRequest): Promise<Outcome> {
  const { endpoint, health } = await loadShownEndpoint(deps, contracts, request)
  readBody(request)
  await deleteEndpoint(deps, { endpoint, actor: request.actor })
  return outcome(endpointValues(endpoint, health, request))
}

/** The live keys of an endpoint without their secrets, and how its mirror is. */
async function showSecretState(
  { store, health, now }: Pick<EndpointDeps, 'store' | 'health' | 'now'>,
  { contracts, stage }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const endpoint = await loadEndpoint(store, contracts, request)
  readBody(request)
  const { tenantId, id: endpointId } = endpoint
  const stored = await health.loadAny({ tenantId, endpointId })
  return outcome(secretState(endpoint, { stage, stored, now: now() }))
}

/** Null, and so left out, where nobody outside the account reads the mirror or ever did. */
function shownPolicy(endpoint: Endpoint): Values | null {
  const { settings, settling } = endpoint
  if (settings.consumers.length === 0 && settling.policy === undefined) return null
  const { error = null, refused = [] } = settling.policy ?? {}
  return { state: policyState(endpoint), error, ...(refused.length > 0 && { refused }) }
}

interface Seen {
  readonly stage: string
  readonly stored: StoredProofs
  readonly now: Date
}

function secretState(endpoint: Endpoint, { stage, stored, now }: Seen): Values {
  const { ring, settling } = endpoint
  return {
    version: ring.version,
    revision: ring.revision,
    signingKeyId: ring.keys[0].id,
    secretHint: ring.keys[0].hint,
    keys: liveKeys(endpoint, now).map(key => ({
      ...keyValues(endpoint, key),
      proof: proofValues(proofOf(endpoint, key.id, stored, now)),
    })),
    mirror: {
      state: mirrorState(endpoint),
      name: mirrorName(stage, endpoint.tenantId, endpoint.id),
      error: settling.error,
    },
    policy: shownPolicy(endpoint),
  }
}

/** A key without its secret. `signsFrom` is when a published key signs at the earliest; null: it waits for a promote. */
function keyValues(endpoint: Endpoint, { id, hint, createdAt, expiresAt }: Key): Values {
  const { ring, published } = endpoint
  const isSigning = ring.keys[0].id === id
  const isPublished = published?.key.id === id
  const state = isSigning ? 'signing' : isPublished ? 'published' : 'retiring'
  const signsFrom = isPublished ? promotionAt(endpoint) : null
  return { id, createdAt, expiresAt, state, hint, signsFrom }
}

/** Null where nothing counts as proven. */
function proofValues(proof: Proof | null): Values | null {
  return proof && { adoption: proof.adoption, at: proof.at }
}

/** What happened to an endpoint's ring, newest first. */
async function listRotations(
  { store, audit }: EndpointDeps,
  { contracts }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, request)
  readBody(request)
  const { page, nextCursor } = readPageRequest('rotations', request)
  const { items, next } = await audit.list({ tenantId, endpointId }, page)
  return outcome({ rotations: items.map(rotationValues), nextCursor: nextCursor(next) })
}

function rotationValues({ id, keyId, version, at, actor, kind, reason, overlapSeconds }: AuditRecord): Values {
  return { id, keyId, version, at, actor: { ...actor }, kind, reason, overlapSeconds }
}

/** Everything that happened to an endpoint, newest first: its ring, its settings, its deletion. */
async function listAudit(
  deps: Pick<EndpointDeps, 'store' | 'audit'>,
  { contracts }: ApiSettings,
  request: PermittedRequest,
): Promise<Outcome> {
  const address = await auditedAddress(deps, contracts, request)
  readBody(request)
  const { page, nextCursor } = readPageRequest('audit', request)
  const { items, next } = await deps.audit.listAll(address, page)
  return outcome({ records: items.map(recordValues), nextCursor: nextCursor(next) })
}

/** Everything that happened to a tenant, newest first: to its endpoints, also to those that are gone, and to its access. */
async function listTenantAudit({ audit }: Pick<EndpointDeps, 'audit'>, request: PermittedRequest): Promise<Outcome> {
  readBody(request)
  const { page, nextCursor } = readAuditRange(request)
  const { items, next } = await audit.listOfTenant(request.tenantId, page)
  const shown = items.filter(record => isShown(record, request))
  return outcome({ records: shown.map(recordValues), nextCursor: nextCursor(next) })
}

/** A portal session is shown what happened to endpoints that it may see, and nothing of the tenant's access. */
function isShown({ endpointId }: AuditEntry, request: PermittedRequest): boolean {
  return request.principal.kind !== 'portal' || (endpointId !== null && isGranted(endpointId, request))
}

/**
 * Where the endpoint is found, or was: its records stay when it is deleted. They do not say which contract it had, so
 * only who sees the endpoints of all contracts sees those of one that is gone.
 * @throws {Problem} `not-found`
 */
async function auditedAddress(
  { store, audit }: Pick<EndpointDeps, 'store' | 'audit'>,
  contracts: ApiSettings['contracts'],
  request: PermittedRequest,
): Promise<EndpointAddress> {
  const { tenantId, contract } = request
  const addresses = [...possibleIds(contracts, request)].map(endpointId => ({ tenantId, endpointId }))
  for (const address of addresses) if (isReached(await store.load(address), request)) return address
  for (const address of contract.reach === 'every' ? addresses : []) {
    const { items } = await audit.listAll(address, { limit: 1, after: null })
    if (items.length > 0) return address
  }
  throw noSuchEndpoint()
}

function recordValues({ id, endpointId, at, actor, kind, reason, changed = {} }: AuditEntry): Values {
  return {
    id,
    endpointId,
    at,
    actor: { ...actor },
    kind,
    reason,
    changed: valuesOfChanges(changed),
  }
}

function valuesOfChanges(changed: ChangedSettings): Values {
  return Object.fromEntries(Object.entries(changed).map(([name, { from, to }]) => [name, { from, to }]))
}
