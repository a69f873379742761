import type { Operation } from '../contracts/contract'
import type { DeliveryField } from '../contracts/shape'
import { shapeFields } from '../contracts/shape-fields'
import { neverDelivered, type DeliveryHealth } from '../delivery/delivery-health'
import type { StoredHealth } from '../delivery/health-store'
import type { Endpoint } from '../endpoints/endpoint'

/** The fields of an endpoint that follow from how its deliveries go. */
const healthFields: Readonly<
  Record<DeliveryField | 'status' | 'standing' | 'active' | 'paused' | 'pausedReason' | 'pausedAt', true>
> = {
  consecutiveFailures: true,
  errorsSinceLastSuccess: true,
  lastSuccessAt: true,
  lastFailureAt: true,
  avgResponseTimeMs: true,
  lastResponseTimeMs: true,
  lastStatus: true,
  deliveriesCount: true,
  deliveriesSucceeded: true,
  deliveriesFailed: true,
  lastDeliveryAt: true,
  lastDeliveryStatus: true,
  status: true,
  standing: true,
  active: true,
  paused: true,
  pausedReason: true,
  pausedAt: true,
}

/** Whether an operation's reply says anything about how deliveries go; else health need not be read for it. */
export function showsHealth({ reply }: Operation): boolean {
  return reply.body !== null && shapeFields(reply.body).some(field => Object.hasOwn(healthFields, field))
}

/** The health that was stored beside an endpoint, unless it is of another that had the same id. */
export function healthOf({ incarnation }: Endpoint, stored: StoredHealth | null): DeliveryHealth {
  return stored?.incarnation === incarnation ? stored.health : neverDelivered
}
