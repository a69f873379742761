import type { DeliveryKey } from '../delivery/delivery'
import type { EndpointKey } from '../endpoints/endpoint-store'
import { endpointPartition, tenantPartition, type ItemKey } from './item-key'

export const deliveryPrefix = 'DELIVERY#'
export const attemptPrefix = 'ATTEMPT#'
const eventPrefix = 'EVENT#'
const partitionPrefix = 'DELIVERIES#'

/** Where a tenant's events and deliveries are. A delivery is found by its tenant and message id alone. */
function deliveryPartition(tenantId: string): string {
  if (tenantId === '' || tenantId.includes('#')) throw new RangeError('an id is not empty and has no #')
  return partitionPrefix + tenantId
}

export function deliveryItemKey({ tenantId, messageId }: DeliveryKey): ItemKey {
  return { pk: deliveryPartition(tenantId), sk: deliveryPrefix + messageId }
}

/** The delivery that an item's key stands for. @throws {Error} for the key of any other item */
export function deliveryKeyOf({ pk, sk }: ItemKey): DeliveryKey {
  if (!pk.startsWith(partitionPrefix) || !sk.startsWith(deliveryPrefix)) throw new Error('not the key of a delivery')
  return { tenantId: pk.slice(partitionPrefix.length), messageId: sk.slice(deliveryPrefix.length) }
}

export function eventItemKey(tenantId: string, eventId: string): ItemKey {
  return { pk: deliveryPartition(tenantId), sk: eventPrefix + eventId }
}

/** `place` sorts by time. */
export function attemptItemKey(key: EndpointKey, place: string): ItemKey {
  return { pk: endpointPartition(key), sk: attemptPrefix + place }
}

export function healthItemKey({ tenantId, endpointId }: EndpointKey): ItemKey {
  return { pk: tenantPartition(tenantId), sk: `HEALTH#${endpointId}` }
}
