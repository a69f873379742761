import type { Contract } from '../contracts/contract'
import type { Endpoint } from '../rotation/endpoint'
import type { Delivery } from './delivery'
import type { StoredHealth } from './health'

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
  /** It can never be sent any more. */
  readonly isOver: boolean
}

function none(reason: string, isOver = false): NoTarget {
  return { kind: 'none', reason, isOver }
}

export const endpointPaused = none('The endpoint is paused')
export const eventExpired = none('The event has expired', true)

/** The delivery's target by what is stored now, or why there is none. */
export function targetOf(
  contracts: readonly Contract[],
  delivery: Pick<Delivery, 'incarnationOf'>,
  endpoint: Endpoint | null,
): Target | NoTarget {
  if (endpoint === null || !isFor(delivery, endpoint)) return none('The endpoint was deleted', true)
  if (endpoint.settings.status === 'paused') return endpointPaused
  const contract = contracts.find(({ name }) => name === endpoint.contract)
  if (contract === undefined) return none('The contract of the endpoint is not mounted')
  const { url } = endpoint.settings
  return url === null ? none('The endpoint has no URL') : { kind: 'target', endpoint, contract, url }
}

/** Whether the endpoint still lives the life that the delivery was made in. */
export function isFor({ incarnationOf }: Pick<Delivery, 'incarnationOf'>, endpoint: Endpoint): boolean {
  return endpoint.deletedAt === null && endpoint.incarnation === incarnationOf
}

/** Whether an endpoint takes a delivery now. `nowhere`: it has no URL. `gone`: it was deleted. */
export type Readiness = 'open' | 'paused' | 'nowhere' | 'gone'

/** Paused, by its owner or by Keyturn, whatever else would keep the delivery from being sent. */
export function readinessOf(delivery: Delivery, endpoint: Endpoint | null, stored: StoredHealth): Readiness {
  if (endpoint === null || !isFor(delivery, endpoint)) return 'gone'
  const isPausedByKeyturn = stored.incarnation === endpoint.incarnation && stored.health.pausedAt !== null
  if (endpoint.settings.status === 'paused' || isPausedByKeyturn) return 'paused'
  return endpoint.settings.url === null ? 'nowhere' : 'open'
}
