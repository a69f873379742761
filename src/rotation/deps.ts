import type { AuditLog, EndpointStore } from '../endpoints/endpoint-store'
import type { HealthStore } from '../delivery/health-store'
import type { EventBus } from '../mirror/event-bus'
import type { Mirror } from '../mirror/mirror'
import type { Log } from './log'
import type { Sealer } from './sealer'

/** All that rotating and settling reach outside for. */
export interface RotationDeps {
  readonly store: EndpointStore
  readonly audit: AuditLog
  readonly sealer: Sealer
  readonly mirror: Mirror
  readonly events: EventBus
  readonly health: Pick<HealthStore, 'loadAny' | 'resetFailures'>
  /** Part of the mirrors' names. */
  readonly stage: string
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
  /** A signal that aborts after so many milliseconds. */
  readonly timeout: (milliseconds: number) => AbortSignal
  readonly log: Log
}
