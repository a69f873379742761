import type { DeliveryQueue } from '../../delivery/delivery-queue'
import type { AttemptLog, DeliveryStore } from '../../delivery/delivery-store'
import type { HealthStore } from '../../delivery/health-store'
import type { AuditLog, EndpointStore } from '../../endpoints/endpoint-store'

/** All that the function `endpoints` reaches outside for: it can open no secret. */
export interface EndpointDeps {
  readonly store: EndpointStore
  readonly audit: Pick<AuditLog, 'list'>
  readonly health: Pick<HealthStore, 'loadAny' | 'loadMany' | 'resume'>
  readonly attempts: Pick<AttemptLog, 'list'>
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save' | 'recent'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}
