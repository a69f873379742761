import type { Contract } from '../contracts/contract'
import type { Endpoint } from '../endpoints/endpoint'
import type { Delivery } from './delivery'

/** Where a delivery goes now. */
export interface Target {
  readonly kind: 'target'
  readonly endpoint: Endpoint
  readonly contract: Contract
  readonly url: string
}

export interface NoTarget {
  readonly kind: 'none'
  readonly reason: string
}

/** The delivery's target by what is stored now, or why there is none. */
export function targetOf(
  contracts: readonly Contract[],
  { incarnationOf }: Pick<Delivery, 'incarnationOf'>,
  endpoint: Endpoint | null,
): Target | NoTarget {
  if (endpoint === null || endpoint.deletedAt !== null || endpoint.incarnation !== incarnationOf) {
    return { kind: 'none', reason: 'The endpoint was deleted' }
  }
  if (endpoint.settings.status === 'paused') return { kind: 'none', reason: endpointPaused }
  const contract = contracts.find(({ name }) => name === endpoint.contract)
  if (contract === undefined) return { kind: 'none', reason: 'The contract of the endpoint is not mounted' }
  const { url } = endpoint.settings
  return url === null
    ? { kind: 'none', reason: 'The endpoint has no URL' }
    : { kind: 'target', endpoint, contract, url }
}

export const endpointPaused = 'The endpoint is paused'
