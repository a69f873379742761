import type { Contract } from '../contracts/contract'
import type { EndpointStore } from '../endpoints/endpoint-store'
import type { Log } from '../rotation/log'
import type { DeliveryQueue } from './delivery-queue'
import type { AttemptLog, DeliveryStore, SubscriberIndex } from './delivery-store'
import type { HealthStore } from './health-store'
import type { OpenKey } from './opened-key-cache'
import type { Send } from './send'

/** All that delivering reaches outside for. */
export interface DeliveryDeps {
  readonly endpoints: Pick<EndpointStore, 'load'>
  readonly subscribers: SubscriberIndex
  readonly deliveries: DeliveryStore
  readonly attempts: AttemptLog
  readonly health: HealthStore
  readonly queue: DeliveryQueue
  readonly openKey: OpenKey
  readonly send: Send
  /** The contracts of this deployment. */
  readonly contracts: readonly Contract[]
  /** Failures in a row after which an endpoint is paused. */
  readonly pauseAfterFailures: number
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
  /** 0 up to 1. */
  readonly random: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly log: Log
}
