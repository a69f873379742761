import type { EndpointSettings } from '../endpoints/endpoint'
import type { EndpointKey, Page, PageRequest } from '../endpoints/endpoint-store'
import type { AttemptRecord } from './attempt-record'
import type { Delivery, DeliveryKey } from './delivery'
import type { DeliveryEvent } from './event'

/** Events and their deliveries. It only compares and swaps; every rule is elsewhere. Kept for 30 days. */
export interface DeliveryStore {
  /** Stores the event unless its tenant has one with this id, and returns what is stored. The 30 days begin `now`. */
  keepEvent(event: DeliveryEvent, now: Date): Promise<DeliveryEvent>
  loadEvent(tenantId: string, eventId: string): Promise<DeliveryEvent | null>
  create(delivery: Delivery): Promise<'stored' | 'conflict'>
  /** Reads consistently. */
  load(key: DeliveryKey): Promise<Delivery | null>
  /** Stores the delivery if `before` is still what is stored, by its status and `attemptCount`. */
  save(delivery: Delivery, before: Delivery): Promise<'stored' | 'conflict'>
  /** Deliveries whose `dueAt` is not after `now`, in pages of at most `limit` from each shard, earliest first in each. */
  due(now: Date, limit: number): AsyncIterable<readonly DeliveryKey[]>
  /** The endpoint's deliveries that were attempted, or failed without, newest first, at most `limit`. */
  recent(key: EndpointKey, limit: number): Promise<readonly Delivery[]>
}

export interface AttemptLog {
  record(key: EndpointKey, attempt: AttemptRecord): Promise<void>
  /** Lists a delivery that failed without an attempt among its endpoint's deliveries, and among no attempts. */
  recordStop(delivery: Delivery, at: Date): Promise<void>
  /** Newest first. */
  list(key: EndpointKey, page: PageRequest): Promise<Page<AttemptRecord>>
}

/** What finding an event's receivers needs of an endpoint: no key, no ring. */
export interface Subscriber {
  readonly tenantId: string
  readonly id: string
  readonly contract: string
  readonly incarnation: string
  readonly settings: EndpointSettings
}

export interface SubscriberIndex {
  /** The tenant's endpoints, tombstones left out. May lag behind the endpoints by a moment. */
  list(tenantId: string, page: PageRequest): Promise<Page<Subscriber>>
}
