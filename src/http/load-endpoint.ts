import type { Contract } from '../contracts/contract'
import { parseEndpointId } from '../contracts/ids'
import { noSuchEndpoint, Problem } from '../core/problem'
import type { DeliveryHealth, HealthStore } from '../delivery/health'
import type { Endpoint } from '../rotation/endpoint'
import type { EndpointStore } from '../rotation/ports'
import { healthOf, showsHealth } from './endpoint-values'
import type { TenantCall } from './request'

/** Any endpoint id that the table may hold. */
const anyId = /^[A-Za-z0-9_.:-]{1,128}$/

/**
 * The endpoint that a request is about.
 * @throws {Problem} `not-found`, the same for an id that is malformed, unknown, another tenant's, another contract's
 *   or deleted
 */
export async function loadEndpoint(
  store: Pick<EndpointStore, 'load'>,
  contracts: readonly Contract[],
  call: TenantCall,
): Promise<Endpoint> {
  for (const endpointId of possibleIds(contracts, call)) {
    const endpoint = await store.load({ tenantId: call.tenantId, endpointId })
    if (isReached(endpoint, call)) return endpoint
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
  call: TenantCall,
): Promise<ShownEndpoint> {
  for (const endpointId of possibleIds(contracts, call)) {
    const key = { tenantId: call.tenantId, endpointId }
    const readHealth = showsHealth(call.operation) ? deps.health.loadAny(key) : null
    const [endpoint, stored] = await Promise.all([deps.store.load(key), readHealth])
    if (isReached(endpoint, call)) return { endpoint, health: healthOf(endpoint, stored) }
  }
  throw noSuchEndpoint()
}

/** Whether it is there, live, and the call's contract reaches it. */
export function isReached(endpoint: Endpoint | null, { contract }: TenantCall): endpoint is Endpoint {
  if (endpoint === null || endpoint.deletedAt !== null) return false
  return contract.reach === 'every' || endpoint.contract === contract.name
}

/** The endpoint's own contract, which need not be the one that the request is made in. */
export function contractOf(contracts: readonly Contract[], { contract }: Endpoint): Contract {
  const own = contracts.find(({ name }) => name === contract)
  if (own !== undefined) return own
  throw new Problem('contract-not-mounted', `The endpoint's contract ${contract} is not mounted.`)
}

/** The id as it may be stored: each contract has its own spelling of one text. */
function possibleIds(contracts: readonly Contract[], { contract, parameters }: TenantCall): ReadonlySet<string> {
  const { ids } = contract
  const text = ids.kind === 'fixed' ? ids.id : (parameters['id'] ?? '')
  const formats = contract.reach === 'own' ? [ids] : contracts.map(mounted => mounted.ids)
  const spelled = formats.flatMap(format => parseEndpointId(format, text) ?? [])
  if (contract.reach === 'own') return new Set(spelled)
  return new Set(anyId.test(text) ? [...spelled, text] : spelled)
}
