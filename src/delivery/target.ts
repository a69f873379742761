import type { Contract } from '../contracts/contract'
import { canSignFor } from '../contracts/ids'
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

/** Why the delivery is not sent. */
export interface NoTarget {
  readonly kind: 'none'
  readonly reason: string
  /** It can never be sent any more. */
  readonly isOver: boolean
}

const endpointPaused = notNow('The endpoint is paused')
export const pausedByKeyturn = notNow('Keyturn has paused the endpoint')
/** All slots of its endpoint, or its tenant's attempts, were taken whenever it came. */
export const neverFree = notNow('No attempt was free for a day')
export const eventExpired = never('The event has expired')

/** The delivery's target by what is stored now, or why there is none. */
export function targetOf(
  contracts: readonly Contract[],
  delivery: Pick<Delivery, 'incarnationOf'>,
  endpoint: Endpoint | null,
): Target | NoTarget {
  if (endpoint === null || !isOfThisLife(delivery, endpoint)) return never('The endpoint was deleted')
  const found = wayTo(contracts, endpoint)
  return found.kind === 'none' ? found : { kind: 'target', endpoint, ...found.way }
}

/** Why nothing can be sent to an endpoint that is as given; null: something can. */
export function hindranceAt(contracts: readonly Contract[], endpoint: Addressee): NoTarget | null {
  const found = wayTo(contracts, endpoint)
  return found.kind === 'none' ? found : null
}

type Addressee = Pick<Endpoint, 'tenantId' | 'contract' | 'settings'>

interface Found {
  readonly kind: 'found'
  readonly way: Pick<Target, 'contract' | 'url'>
}

function wayTo(contracts: readonly Contract[], endpoint: Addressee): Found | NoTarget {
  if (endpoint.settings.status === 'paused') return endpointPaused
  const contract = contracts.find(({ name }) => name === endpoint.contract)
  if (contract === undefined) return notNow('The contract of the endpoint is not mounted')
  // An endpoint that is older than the rule.
  if (!canSignFor(contract, endpoint.tenantId)) return notNow('The contract cannot sign for this tenant')
  const { url } = endpoint.settings
  return url === null ? notNow('The endpoint has no URL') : { kind: 'found', way: { contract, url } }
}

function notNow(reason: string): NoTarget {
  return { kind: 'none', reason, isOver: false }
}

function never(reason: string): NoTarget {
  return { kind: 'none', reason, isOver: true }
}

/** Whether an endpoint takes a delivery now. `nowhere`: it has no URL. `gone`: it was deleted. */
export type Readiness = 'open' | 'paused' | 'nowhere' | 'gone'

/** What sending the delivery again would meet. A pause, by its owner or by Keyturn, comes before a missing URL. */
export function readinessOf(
  delivery: Pick<Delivery, 'incarnationOf'>,
  endpoint: Endpoint | null,
  stored: StoredHealth,
): Readiness {
  if (endpoint === null || !isOfThisLife(delivery, endpoint)) return 'gone'
  const isPausedByKeyturn = stored.incarnation === endpoint.incarnation && stored.health.pausedAt !== null
  if (endpoint.settings.status === 'paused' || isPausedByKeyturn) return 'paused'
  return endpoint.settings.url === null ? 'nowhere' : 'open'
}

/** Whether the endpoint still lives the life that the delivery was made in. */
function isOfThisLife({ incarnationOf }: Pick<Delivery, 'incarnationOf'>, endpoint: Endpoint): boolean {
  return endpoint.deletedAt === null && endpoint.incarnation === incarnationOf
}
