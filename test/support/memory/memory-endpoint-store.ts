import { dueKindOf, type Endpoint } from '../../../src/rotation/endpoint'
import type {
  DueEndpoint,
  DueRange,
  EndpointAddress,
  EndpointStore,
  Page,
  PageRequest,
  Settled,
  Vacancy,
} from '../../../src/rotation/ports'

/** The stored endpoints, by tenant and id. Stores over one table see each other's writes. */
export interface EndpointTable {
  readonly endpoints: Map<string, StoredEndpoint>
}

export interface StoredEndpoint {
  readonly endpoint: Endpoint
}

export function endpointTable(): EndpointTable {
  return { endpoints: new Map() }
}

/** A model of the endpoint store: each call takes effect at once, before it returns its promise. */
export function memoryEndpointStore(table: EndpointTable): EndpointStore {
  return {
    load: async address => table.endpoints.get(placeOf(address))?.endpoint ?? null,
    create: async (endpoint, vacancy) => create(table, endpoint, vacancy),
    commit: async (endpoint, expectedRevision) => commit(table, endpoint, expectedRevision),
    settle: async (endpoint, settled, signal) => {
      signal.throwIfAborted()
      return settle(table, endpoint, settled)
    },
    settlePolicy: async (endpoint, policy, signal) => {
      signal.throwIfAborted()
      const stored = storedAt(table, endpoint, endpoint.revision)
      if (stored?.settling.revision !== endpoint.settling.revision) return 'conflict'
      return put(table, { ...stored, settling: { ...stored.settling, policy } })
    },
    drop: async (endpoint, signal) => {
      signal.throwIfAborted()
      const stored = storedAt(table, endpoint, endpoint.revision)
      if (stored === null || stored.deletedAt === null) return 'conflict'
      table.endpoints.delete(placeOf(addressOf(endpoint)))
      return 'stored'
    },
    list: async (tenantId, page) => list(table, tenantId, page),
    due: range => due(table, range),
  }
}

function create(table: EndpointTable, endpoint: Endpoint, vacancy: Vacancy): 'stored' | 'conflict' | 'full' {
  const { replaces, mostEndpoints } = vacancy
  const stored = table.endpoints.get(placeOf(addressOf(endpoint)))?.endpoint
  const isFree = replaces === null ? stored === undefined : stored?.revision === replaces && stored.deletedAt !== null
  if (!isFree) return 'conflict'
  return liveOf(table, endpoint.tenantId).length < mostEndpoints ? put(table, endpoint) : 'full'
}

function commit(table: EndpointTable, endpoint: Endpoint, expectedRevision: number): 'stored' | 'conflict' {
  const stored = storedAt(table, endpoint, expectedRevision)
  if (stored === null || stored.deletedAt !== null) return 'conflict'
  const { revision, settings, pausedSince, resumedAt, ring, published, changes } = endpoint
  const { updatedAt, deletedAt, lookAgainAt, dueAt } = endpoint
  const owned = { revision, settings, pausedSince, resumedAt, ring, published, changes }
  return put(table, { ...stored, ...owned, updatedAt, deletedAt, lookAgainAt, dueAt })
}

function settle(table: EndpointTable, endpoint: Endpoint, settled: Settled): 'stored' | 'conflict' {
  const stored = storedAt(table, endpoint, endpoint.revision)
  if (stored === null) return 'conflict'
  const { settling, lookAgainAt, dueAt } = settled
  return put(table, { ...stored, settling, lookAgainAt, dueAt })
}

function list(table: EndpointTable, tenantId: string, { limit, after }: PageRequest): Page<Endpoint> {
  const live = liveOf(table, tenantId)
    .filter(endpoint => after === null || endpoint.id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const items = live.slice(0, limit)
  return { items, next: live.length > limit ? (items.at(-1)?.id ?? null) : null }
}

function liveOf(table: EndpointTable, tenantId: string): readonly Endpoint[] {
  const all = [...table.endpoints.values()].map(stored => stored.endpoint)
  return all.filter(endpoint => endpoint.tenantId === tenantId && endpoint.deletedAt === null)
}

/** Two pages, so that whoever reads has to go on. */
async function* due(table: EndpointTable, { kind, since, until }: DueRange): AsyncGenerator<readonly DueEndpoint[]> {
  const found = [...table.endpoints.values()]
    .flatMap(({ endpoint }) => (endpoint.dueAt === null ? [] : [{ endpoint, dueAt: endpoint.dueAt }]))
    .filter(({ endpoint, dueAt }) => dueKindOf(endpoint) === kind && dueAt >= (since ?? dueAt) && dueAt <= until)
    .map(({ endpoint, dueAt }) => ({ ...addressOf(endpoint), dueAt }))
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
  yield found.slice(0, 10)
  yield found.slice(10)
}

function storedAt(table: EndpointTable, endpoint: Endpoint, revision: number): Endpoint | null {
  const stored = table.endpoints.get(placeOf(addressOf(endpoint)))?.endpoint
  return stored?.incarnation === endpoint.incarnation && stored.revision === revision ? stored : null
}

function put(table: EndpointTable, endpoint: Endpoint): 'stored' {
  table.endpoints.set(placeOf(addressOf(endpoint)), { endpoint })
  return 'stored'
}

function addressOf({ tenantId, id }: Endpoint): EndpointAddress {
  return { tenantId, endpointId: id }
}

function placeOf({ tenantId, endpointId }: EndpointAddress): string {
  return `${tenantId}#${endpointId}`
}
