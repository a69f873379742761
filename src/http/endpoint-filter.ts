import type { Contract } from '../contracts/contract'
import type { ListFilter } from '../contracts/dimensions'
import { countCharacters } from '../core/cut-text'
import { type DeliveryHealth, neverDelivered } from '../delivery/health'
import type { Endpoint } from '../rotation/endpoint'
import type { Page, PageRequest } from '../rotation/ports'
import { described, type Field, invalidField, word } from './body/fields'
import { shownStatus } from './endpoint-values'

// Which of a tenant's endpoints a list shows, as its query asks for them.

/** What an endpoint must be. A member that is undefined asks nothing. */
export interface EndpointFilter {
  readonly status: 'active' | 'paused' | undefined
  /** The name of its contract. */
  readonly contract: string | undefined
  readonly url: URL | undefined
}

const longestUrl = 2048

const url: Field<URL> = {
  schema: {
    type: 'string',
    format: 'uri',
    maxLength: longestUrl,
    description: 'The endpoint’s URL; one without a query finds it whatever its query',
  },
  read: (path, value) => {
    const isUrl = typeof value === 'string' && countCharacters(value) <= longestUrl && /^https?:\/\//i.test(value)
    if (isUrl && URL.canParse(value)) return new URL(value)
    throw invalidField(path, `must be a whole URL of at most ${longestUrl} characters, like https://example.com/hooks`)
  },
}

/** The parameter of each filter. */
export function filterFields(mounted: readonly Contract[]) {
  return {
    status: described(
      'As the reply shows it: also where Keyturn itself paused it',
      word(['active', 'paused'] as const),
    ),
    contract: described('The name of its contract, one that is mounted', word(mounted.map(({ name }) => name))),
    url,
  } satisfies Readonly<Record<ListFilter, Field<unknown>>>
}

export interface ShownEndpoints {
  /** Reads the tenant's endpoints. */
  readonly pageOf: (page: PageRequest) => Promise<Page<Endpoint>>
  /** How the deliveries of these go, by their ids. */
  readonly healthOf: (endpoints: readonly Endpoint[]) => Promise<ReadonlyMap<string, DeliveryHealth>>
}

export interface FoundEndpoint {
  readonly endpoint: Endpoint
  readonly health: DeliveryHealth
}

/** A request that asks for some looks at so many endpoints, which is all that a tenant has by default. */
const mostLookedAt = 1000
const readAtOnce = 100

/**
 * A page of the endpoints that the filter lets through. It has a next while there are endpoints that nobody looked at, so
 * it may be short, or empty, and still have one.
 */
export async function findEndpoints(
  { pageOf, healthOf }: ShownEndpoints,
  filter: EndpointFilter,
  { limit, after }: PageRequest,
): Promise<Page<FoundEndpoint>> {
  const found: FoundEndpoint[] = []
  const [size, most] = asksNothing(filter) ? [limit, limit] : [readAtOnce, mostLookedAt]
  let next = after
  for (let lookedAt = 0; lookedAt < most && found.length < limit; lookedAt += size) {
    const page = await pageOf({ limit: size, after: next })
    const candidates = page.items.filter(endpoint => mayPass(endpoint, filter))
    const health = await healthOf(candidates)
    const shown = candidates.map(endpoint => ({ endpoint, health: health.get(endpoint.id) ?? neverDelivered }))
    found.push(...shown.filter(({ endpoint, health: own }) => hasStatus(endpoint, own, filter)))
    next = page.next
    if (next === null) break
  }
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.endpoint.id ?? null) : next }
}

function asksNothing({ status, contract, url: wanted }: EndpointFilter): boolean {
  return status === undefined && contract === undefined && wanted === undefined
}

/** All that an endpoint itself can say. One that its owner paused is paused, however its deliveries go. */
function mayPass({ contract, settings }: Endpoint, filter: EndpointFilter): boolean {
  if (filter.contract !== undefined && contract !== filter.contract) return false
  if (filter.status === 'active' && settings.status === 'paused') return false
  return filter.url === undefined || (settings.url !== null && isSameUrl(settings.url, filter.url))
}

function hasStatus(endpoint: Endpoint, health: DeliveryHealth, { status }: EndpointFilter): boolean {
  return status === undefined || shownStatus(endpoint, health) === status
}

/** Whether both lead to one place, however each is written; the query counts where one is asked for. */
function isSameUrl(stored: string, { origin, pathname, search }: URL): boolean {
  const own = new URL(stored)
  return own.origin === origin && own.pathname === pathname && (search === '' || own.search === search)
}
