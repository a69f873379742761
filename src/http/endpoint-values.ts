import type { EndpointField } from '../contracts/shape'
import type { DeliveryHealth } from '../delivery/delivery-health'
import type { Endpoint } from '../endpoints/endpoint'
import type { Value } from './render-shape'

/**
 * An endpoint as any reply may show it: no secret, sealed or open. It is paused when its owner paused it, and when
 * Keyturn did.
 */
export function endpointValues(endpoint: Endpoint, health: DeliveryHealth): Record<EndpointField, Value> {
  const { tenantId, id, contract, settings, ring, createdAt, updatedAt } = endpoint
  const { url, description, name, eventTypes, mirror, requestConfig, consumers } = settings
  const status = health.pausedAt === null ? settings.status : 'paused'
  const [current] = ring.keys
  return {
    tenantId,
    id,
    contract,
    url,
    description,
    name,
    eventTypes,
    consumers,
    createdAt,
    updatedAt,
    status,
    active: status === 'active',
    paused: status === 'paused',
    standing: health.pausedAt === null ? status : 'suspended',
    mirrorSetting: mirror,
    requestConfig: { timeoutMs: requestConfig.timeoutMs, headers: requestConfig.headers },
    version: ring.version,
    secretMask: current.mask,
    secretHint: current.hint,
    ...health,
    lastStatus: health.lastStatus && { ...health.lastStatus },
  }
}
