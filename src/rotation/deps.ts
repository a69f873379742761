import type { AuditLog, EndpointLife, EndpointStore } from '../endpoints/endpoint-store'
import type { EventBus } from '../mirror/event-bus'
import type { Mirror } from '../mirror/mirror'
import type { Log } from './log'
import type { Sealer } from './sealer'

/** How often deliveries failed in a row, which is kept apart from the endpoint. */
export interface FailureCounts {
  /** Sets the failures in a row to 0 once for this revision of the endpoint or a later one. Repeatable. */
  resetFailures(life: EndpointLife, revision: number, signal: AbortSignal): Promise<void>
}

/** All that rotating and settling reach outside for. */
export interface RotationDeps {
  readonly store: EndpointStore
  readonly audit: AuditLog
  readonly sealer: Sealer
  readonly mirror: Mirror
  readonly events: EventBus
  readonly health: FailureCounts
  /** Part of the mirrors' names. */
  readonly stage: string
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
  readonly log: Log
}
