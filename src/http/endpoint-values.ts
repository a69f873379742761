import type { DeliveryField, EndpointField } from '../contracts/shape'
import type { Endpoint } from '../endpoints/endpoint'
import type { Value } from './render-shape'

/** How the deliveries of an endpoint go that never had one. */
export const neverDelivered = {
  consecutiveFailures: 0,
  errorsSinceLastSuccess: 0,
  lastSuccessAt: null,
  lastFailureAt: null,
  avgResponseTimeMs: null,
  lastResponseTimeMs: null,
  lastStatus: null,
  deliveriesCount: 0,
  deliveriesSucceeded: 0,
  deliveriesFailed: 0,
  lastDeliveryAt: null,
  lastDeliveryStatus: null,
} as const satisfies Record<DeliveryField, Value>

/** An endpoint as any reply may show it: no secret, sealed or open. */
export function endpointValues(endpoint: Endpoint): Record<EndpointField, Value> {
  const { tenantId, id, contract, settings, ring, createdAt, updatedAt } = endpoint
  const { url, description, name, eventTypes, status, mirror, requestConfig, consumers } = settings
  const shown = { tenantId, id, contract, url, description, name, eventTypes, status, consumers, createdAt, updatedAt }
  const [current] = ring.keys
  return {
    ...neverDelivered,
    ...shown,
    active: status === 'active',
    paused: status === 'paused',
    pausedReason: null,
    pausedAt: null,
    mirrorSetting: mirror,
    requestConfig: { timeoutMs: requestConfig.timeoutMs, headers: requestConfig.headers },
    version: ring.version,
    secretMask: current.mask,
    secretHint: current.hint,
  }
}
