import type { Principal } from '../access/authenticate'
import type { Operation } from '../contracts/contract'
import type { DeliveryField, EndpointField } from '../contracts/reply-fields'
import { shapeFields } from '../contracts/shape'
import { type DeliveryHealth, neverDelivered, type StoredHealth } from '../delivery/health'
import type { Endpoint } from '../rotation/endpoint'
import type { Value } from './reply'

/** Whom a reply is for. */
export interface Viewer {
  readonly principal: Pick<Principal, 'kind'>
}

/**
 * An endpoint as any reply may show it: no secret, sealed or open. It is paused when its owner paused it, and when
 * Keyturn did.
 */
export function endpointValues(
  endpoint: Endpoint,
  health: DeliveryHealth,
  viewer: Viewer,
): Record<EndpointField, Value> {
  const { tenantId, id, contract, settings, ring, createdAt, updatedAt } = endpoint
  const { url, description, name, eventTypes, mirror, requestConfig, consumers } = settings
  const status = shownStatus(endpoint, health)
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
    requestConfig: { timeoutMs: requestConfig.timeoutMs, headers: shownHeaders(requestConfig.headers, viewer) },
    version: ring.version,
    currentKeyCreatedAt: current.createdAt,
    secretMask: current.mask,
    secretHint: current.hint,
    ...health,
    lastStatus: health.lastStatus && { ...health.lastStatus },
  }
}

/** A platform may keep a receiver's credential in them: whoever it lets into the portal learns their names alone. */
function shownHeaders(headers: Readonly<Record<string, string>>, { principal }: Viewer): Record<string, string> {
  if (principal.kind !== 'portal') return { ...headers }
  return Object.fromEntries(Object.keys(headers).map(name => [name, '***']))
}

export function shownStatus({ settings }: Endpoint, { pausedAt }: DeliveryHealth): 'active' | 'paused' {
  return pausedAt === null ? settings.status : 'paused'
}

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

/** Whether an operation's reply shows how deliveries go. Where it does not, health is not read. */
export function showsHealth({ reply }: Operation): boolean {
  return reply.body !== null && shapeFields(reply.body).some(field => Object.hasOwn(healthFields, field))
}

/** The health that is stored beside the endpoint, unless it belongs to an earlier endpoint with the same id. */
export function healthOf({ incarnation }: Endpoint, stored: StoredHealth | null): DeliveryHealth {
  return stored?.incarnation === incarnation ? stored.health : neverDelivered
}
