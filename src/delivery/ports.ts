import type { Contract } from '../contracts/contract'
import type { Log } from '../core/log'
import type { EndpointSettings } from '../rotation/endpoint'
import type { EndpointAddress, EndpointStore, EventBus, Page, PageRequest } from '../rotation/ports'
import type { AttemptRecord } from './attempt'
import type { Delivery, DeliveryAddress } from './delivery'
import type { DeliveryEvent } from './event'
import type { HealthStore } from './health'
import type { Send } from './http-sender'
import type { LeaseStore } from './lease'
import type { OpenKey } from './opened-key-cache'
import type { OwnAttempts } from './own-attempts'
import type { RecoveryStore } from './recovery'
import type { QueueMessage } from './queue-message'

/** All that delivering reaches outside for. */
export interface DeliveryDeps {
  readonly endpoints: Pick<EndpointStore, 'load'>
  readonly subscribers: SubscriberIndex
  readonly deliveries: DeliveryStore
  readonly attempts: AttemptLog
  readonly health: HealthStore
  readonly leases: LeaseStore
  readonly ownAttempts: OwnAttempts
  readonly recoveries: RecoveryStore
  readonly queue: DeliveryQueue
  readonly events: Pick<EventBus, 'publish'>
  readonly openKey: OpenKey
  readonly send: Send
  /** The contracts of this deployment. */
  readonly contracts: readonly Contract[]
  readonly pauseRule: PauseRule
  /** Attempts at all endpoints of a tenant at a time. */
  readonly attemptsPerTenant: number
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
  /** 0 up to 1. */
  readonly random: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
  readonly log: Log
}

/** When Keyturn pauses an endpoint by itself, beside a 410 and deliveries that used up their schedule. */
export interface PauseRule {
  /** At the first failure so many hours after the first one without a success since. */
  readonly afterHours: number
  /** At so many failures in a row; null: failures are not counted for it. */
  readonly afterFailures: number | null
}

/** Events and their deliveries. It only compares and swaps; every rule is elsewhere. Kept for 30 days. */
export interface DeliveryStore {
  /** Stores the event unless its tenant has one with this id, and returns what is stored. The 30 days begin `now`. */
  keepEvent(event: DeliveryEvent, now: Date): Promise<DeliveryEvent>
  loadEvent(tenantId: string, eventId: string): Promise<DeliveryEvent | null>
  /** Reads consistently. Null also where it has had no attempt: until then its message is all that there is. */
  load(address: DeliveryAddress): Promise<Delivery | null>
  /** Stores the delivery if `before` is still what is stored, by its status and `attemptCount`; null: nothing is. */
  save(delivery: Delivery, before: Delivery | null): Promise<'stored' | 'conflict'>
  /** Stores a delivery that its first attempt has delivered, and that attempt, whatever is stored. */
  saveDelivered(delivery: Delivery, attempt: AttemptRecord): Promise<void>
  /** Deliveries whose `dueAt` is not after `now`, in pages of at most `limit` from each shard, earliest first in each. */
  due(now: Date, limit: number): AsyncIterable<readonly DeliveryAddress[]>
  /** The endpoint's deliveries that were attempted, or failed without an attempt, newest first, at most `limit`. */
  recent(address: EndpointAddress, limit: number): Promise<readonly Delivery[]>
  /**
   * The endpoint's deliveries that are failed now and were attempted, or stopped, in that time, in its order. Reads
   * consistently, `limit` attempts at a time.
   */
  failedAfter(address: EndpointAddress, range: TimeRange): Promise<Page<FailedDelivery>>
}

export interface TimeRange {
  /** A place in time: ISO 8601, or one that an earlier page gave. */
  readonly after: string
  readonly until: Date
  readonly limit: number
}

export interface FailedDelivery {
  readonly delivery: Delivery
  /** Of its first attempt in the range, or of where it was stopped. */
  readonly place: string
}

export interface AttemptLog {
  record(address: EndpointAddress, attempt: AttemptRecord): Promise<void>
  /** Lists a delivery that failed without an attempt among its endpoint's deliveries, and not among the attempts. */
  recordUnattempted(delivery: Delivery, at: Date): Promise<void>
  /** Newest first. */
  list(address: EndpointAddress, page: PageRequest): Promise<Page<AttemptRecord>>
}

/** What finding an event's receivers needs of an endpoint: no key, no ring. */
export interface Subscriber {
  readonly tenantId: string
  readonly id: string
  readonly contract: string
  readonly incarnation: string
  readonly settings: EndpointSettings
  /** Null: before that was noted here. */
  readonly createdAt: Date | null
  /** Its owner's last pause. */
  readonly pausedSince: Date | null
  readonly resumedAt: Date | null
}

export interface SubscriberIndex {
  /** The tenant's endpoints, tombstones left out. May lag behind the endpoints by a moment. */
  list(tenantId: string, page: PageRequest): Promise<Page<Subscriber>>
}

export interface Queued {
  readonly message: QueueMessage
  /** 0…900. */
  readonly delaySeconds: number
}

/** The longest delay that the queue itself can keep. */
export const longestDelaySeconds = 900

export interface DeliveryQueue {
  /** @throws when any message was not taken */
  send(messages: readonly Queued[]): Promise<void>
  /** Puts a message into the dead-letter queue. */
  bury(message: QueueMessage): Promise<void>
}

export interface ReceivedMessage {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
}

/** The receiving end of a queue, for what is not a Lambda event source mapping. */
export interface QueueFeed {
  /** At most 10. Waits `waitSeconds`, at most 20, for the first. */
  receive(waitSeconds: number, signal: AbortSignal): Promise<readonly ReceivedMessage[]>
  /** Takes messages out of the queue for good. */
  remove(messages: readonly ReceivedMessage[]): Promise<void>
}

/** A dead-letter queue: messages may stay in it. */
export interface DeadLetterQueue extends QueueFeed {
  /** Gives messages back: whoever looks next gets them again, at once. */
  release(messages: readonly ReceivedMessage[]): Promise<void>
}
