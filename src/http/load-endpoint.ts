import type { Contract } from '../contracts/contract'
import { parseEndpointId } from '../contracts/ids'
import { storedIdPattern } from '../core/id'
import { noSuchEndpoint, Problem } from '../core/problem'
import type { DeliveryHealth, HealthStore } from '../delivery/health'
import type { Endpoint } from '../rotation/endpoint'
import type { EndpointStore } from '../rotation/ports'
import { healthOf, showsHealth } from './endpoint-values'
import type { PermittedRequest } from './request'

/**
 * The endpoint that a request is about.
 * @throws {Problem} `not-found`, the same for an id that is malformed, unknown, another tenant's, another contract's
 *   or deleted
 */
export async function loadEndpoint(
  store: Pick<EndpointStore, 'load'>,
  contracts: readonly Contract[],
  request: PermittedRequest,
): Promise<Endpoint> {
  for (const endpointId of possibleIds(contracts, request)) {
    const endpoint = await store.load({ tenantId: request.tenantId, endpointId })
    if (isReached(endpoint, request)) return endpoint
  }
  throw noSuchEndpoint()
}

export interface ShownEndpoint {
  readonly endpoint: Endpoint
  readonly health: DeliveryHealth
}

interface ShowDeps {
  readonly store: Pick<EndpointStore, 'load'>
  readonly health: Pick<HealthStore, 'loadAny'>
}

/** The same with its health, read beside it where the reply shows any of it. */
export async function loadShownEndpoint(
  deps: ShowDeps,
  contracts: readonly Contract[],
  request: PermittedRequest,
): Promise<ShownEndpoint> {
  for (const endpointId of possibleIds(contracts, request)) {
    const address = { tenantId: request.tenantId, endpointId }
    const readHealth = showsHealth(request.operation) ? deps.health.loadAny(address) : null
    const [endpoint, stored] = await Promise.all([deps.store.load(address), readHealth])
    if (isReached(endpoint, request)) return { endpoint, health: healthOf(endpoint, stored) }
  }
  throw noSuchEndpoint()
}

/** Whether the endpoint is there, live, and reached by the contract that the request is made in, and by its caller. */
export function isReached(endpoint: Endpoint | null, request: PermittedRequest): endpoint is Endpoint {
  const { contract } = request
  if (endpoint === null || endpoint.deletedAt !== null || !isGranted(endpoint.id, request)) return false
  return contract.reach === 'every' || endpoint.contract === contract.name
}

/** Whether the caller may see the endpoint with this id, be it there or not: a portal session may be for some alone. */
export function isGranted(endpointId: string, { principal }: Pick<PermittedRequest, 'principal'>): boolean {
  const granted = principal.kind === 'portal' ? principal.session.endpointIds : null
  return granted === null || granted.includes(endpointId)
}

/** Whether the caller may see an endpoint that there is not yet. */
export function grantsNew({ principal }: Pick<PermittedRequest, 'principal'>): boolean {
  return principal.kind !== 'portal' || principal.session.endpointIds === null
}

/** The endpoint's own contract, which need not be the one that the request is made in. */
export function contractOf(contracts: readonly Contract[], { contract }: Endpoint): Contract {
  const own = contracts.find(({ name }) => name === contract)
  if (own !== undefined) return own
  throw new Problem('contract-not-mounted', `The endpoint's contract ${contract} is not mounted.`)
}

/**
 * The ids that the path may mean. Each contract has its own spelling of one text, so our own API, which reaches the
 * endpoints of all, tries each.
 */
export function possibleIds(contracts: readonly Contract[], request: PermittedRequest): ReadonlySet<string> {
  const { contract, parameters } = request
  const { ids } = contract
  const text = ids.kind === 'fixed' ? ids.id : (parameters['id'] ?? '')
  const formats = contract.reach !== 'every' ? [ids] : contracts.map(mounted => mounted.ids)
  const spelled = formats.flatMap(format => parseEndpointId(format, text) ?? [])
  const possible = contract.reach === 'every' && storedIdPattern.test(text) ? [...spelled, text] : spelled
  return new Set(possible.filter(id => isGranted(id, request)))
}
