import { createHash } from 'node:crypto'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { EndpointAddress, EndpointStore, Page, PageRequest, Settled } from '../../../src/rotation/ports'

/** The stored endpoints, by tenant and id. Stores over one table see each other's writes. */
export interface EndpointTable {
  readonly endpoints: Map<string, StoredEndpoint>
}

export interface StoredEndpoint {
  readonly endpoint: Endpoint
  readonly dueShard: number
}

export function endpointTable(): EndpointTable {
  return { endpoints: new Map() }
}

/** A model of the endpoint store: each call takes effect at once, before it returns its promise. */
export function memoryEndpointStore(table: EndpointTable): EndpointStore {
  return {
    load: async address => table.endpoints.get(placeOf(address))?.endpoint ?? null,
    create: async (endpoint, replaces) => create(table, endpoint, replaces),
    commit: async (endpoint, expectedRevision) => commit(table, endpoint, expectedRevision),
    settle: async (endpoint, settled, signal) => {
      signal.throwIfAborted()
      return settle(table, endpoint, settled)
    },
    drop: async (endpoint, signal) => {
      signal.throwIfAborted()
      const stored = storedAt(table, endpoint, endpoint.revision)
      if (stored === null || stored.deletedAt === null) return 'conflict'
      table.endpoints.delete(placeOf(addressOf(endpoint)))
      return 'stored'
    },
    list: async (tenantId, page) => list(table, tenantId, page),
    due: async (now, limit) => due(table, now, limit),
  }
}

function create(table: EndpointTable, endpoint: Endpoint, replaces: number | null): 'stored' | 'conflict' {
  const stored = table.endpoints.get(placeOf(addressOf(endpoint)))?.endpoint
  const isFree = replaces === null ? stored === undefined : stored?.revision === replaces && stored.deletedAt !== null
  return isFree ? put(table, endpoint) : 'conflict'
}

function commit(table: EndpointTable, endpoint: Endpoint, expectedRevision: number): 'stored' | 'conflict' {
  const stored = storedAt(table, endpoint, expectedRevision)
  if (stored === null || stored.deletedAt !== null) return 'conflict'
  const { revision, settings, ring, changes, updatedAt, deletedAt, lookAgainAt, dueAt } = endpoint
  return put(table, { ...stored, revision, settings, ring, changes, updatedAt, deletedAt, lookAgainAt, dueAt })
}

function settle(table: EndpointTable, endpoint: Endpoint, settled: Settled): 'stored' | 'conflict' {
  const stored = storedAt(table, endpoint, endpoint.revision)
  if (stored === null) return 'conflict'
  const { settling, lookAgainAt, dueAt } = settled
  return put(table, { ...stored, settling, lookAgainAt, dueAt })
}

function list(table: EndpointTable, tenantId: string, { limit, after }: PageRequest): Page<Endpoint> {
  const live = [...table.endpoints.values()]
    .map(stored => stored.endpoint)
    .filter(endpoint => endpoint.tenantId === tenantId && endpoint.deletedAt === null)
    .filter(endpoint => after === null || endpoint.id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const items = live.slice(0, limit)
  return { items, next: live.length > limit ? (items.at(-1)?.id ?? null) : null }
}

function due(table: EndpointTable, now: Date, limit: number): readonly EndpointAddress[] {
  const taken = new Map<number, number>()
  return [...table.endpoints.values()]
    .flatMap(({ endpoint, dueShard }) => (endpoint.dueAt === null ? [] : [{ endpoint, dueShard, at: +endpoint.dueAt }]))
    .filter(({ at }) => at <= now.getTime())
    .sort((a, b) => a.at - b.at)
    .filter(({ dueShard }) => {
      const count = taken.get(dueShard) ?? 0
      taken.set(dueShard, count + 1)
      return count < limit
    })
    .map(({ endpoint }) => addressOf(endpoint))
}

function storedAt(table: EndpointTable, endpoint: Endpoint, revision: number): Endpoint | null {
  const stored = table.endpoints.get(placeOf(addressOf(endpoint)))?.endpoint
  return stored?.incarnation === endpoint.incarnation && stored.revision === revision ? stored : null
}

function put(table: EndpointTable, endpoint: Endpoint): 'stored' {
  const address = addressOf(endpoint)
  const dueShard = table.endpoints.get(placeOf(address))?.dueShard ?? shardOf(address)
  table.endpoints.set(placeOf(address), { endpoint, dueShard })
  return 'stored'
}

function addressOf({ tenantId, id }: Endpoint): EndpointAddress {
  return { tenantId, endpointId: id }
}

function placeOf({ tenantId, endpointId }: EndpointAddress): string {
  return `${tenantId}#${endpointId}`
}

/** One of 16 shards, as in the index of what is due. The suite of all stores takes its ids by the real rule. */
function shardOf({ tenantId, endpointId }: EndpointAddress): number {
  return createHash('sha256').update(`${tenantId}#${endpointId}`).digest().readUInt8(0) % 16
}
