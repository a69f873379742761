import { noSuchEndpoint } from '../access/resolve-tenant'
import type { Contract } from '../contracts/contract'
import { parseEndpointId } from '../contracts/endpoint-id'
import type { Endpoint } from '../endpoints/endpoint'
import type { EndpointStore } from '../endpoints/endpoint-store'
import { Problem } from '../rotation/problem'
import type { TenantCall } from './call'

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
    if (endpoint !== null && endpoint.deletedAt === null && reaches(call.contract, endpoint)) return endpoint
  }
  throw noSuchEndpoint()
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

function reaches({ reach, name }: Contract, endpoint: Endpoint): boolean {
  return reach === 'every' || endpoint.contract === name
}
