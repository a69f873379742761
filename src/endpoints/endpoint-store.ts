import type { AuditRecord } from './audit-record'
import type { Endpoint, Settling } from './endpoint'

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Pass it on to get the next page; null: this was the last. */
  readonly next: string | null
}

export interface PageRequest {
  readonly limit: number
  readonly after: string | null
}

export interface EndpointKey {
  readonly tenantId: string
  readonly endpointId: string
}

/** What settling found out, written under the revision that it settled. */
export interface Settled {
  readonly settling: Settling
  readonly lookAgainAt: Date | null
  readonly dueAt: Date | null
}

/** Where endpoints are kept. It only compares and swaps; every rule is elsewhere. */
export interface EndpointStore {
  /** Reads consistently; tombstones too. */
  load(key: EndpointKey): Promise<Endpoint | null>
  /** Stores a new endpoint. `replaces`: the revision of the tombstone that it takes the place of. */
  create(endpoint: Endpoint, replaces: number | null): Promise<'stored' | 'conflict'>
  /** Stores what a change touches, if the stored revision is still `expectedRevision` in the same incarnation. */
  commit(endpoint: Endpoint, expectedRevision: number): Promise<'stored' | 'conflict'>
  /** Writes the outcome of settling `endpoint`, if its revision has not moved on. */
  settle(endpoint: Endpoint, settled: Settled, signal: AbortSignal): Promise<'stored' | 'conflict'>
  /** Removes a tombstone for good, if its revision has not moved on. */
  drop(endpoint: Endpoint, signal: AbortSignal): Promise<'stored' | 'conflict'>
  list(tenantId: string, page: PageRequest): Promise<Page<Endpoint>>
  /** Endpoints whose `dueAt` is not after `now`, earliest first, at most `limit` from each shard. */
  due(now: Date, limit: number): Promise<readonly EndpointKey[]>
}

/** The lasting record of every change of a ring and of every reveal. */
export interface AuditLog {
  /** Repeatable: the same record is stored once. */
  record(record: AuditRecord, signal: AbortSignal): Promise<void>
  /** Newest first. */
  list(key: EndpointKey, page: PageRequest): Promise<Page<AuditRecord>>
}
/** An endpoint in one of its lives: what was counted for an endpoint that was deleted says nothing of its successor. */
export interface EndpointLife extends EndpointKey {
  readonly incarnation: string
}
