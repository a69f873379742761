import type { DeliveryKey } from '../delivery/delivery'
import type { EndpointKey } from '../endpoints/endpoint-store'
import { plainId, type ItemKey } from './item-key'

// Partitions of their own: the function that delivers may write these, and no key ring and no audit record.
const deliveryPartition = 'DELIVERIES#'
const attemptPartition = 'ATTEMPTS#'
const healthPartition = 'HEALTH#'
const deliveryPrefix = 'DELIVERY#'

/** A delivery is found by its tenant and message id alone. */
export function deliveryItemKey({ tenantId, messageId }: DeliveryKey): ItemKey {
  return { pk: deliveryPartition + plainId(tenantId), sk: deliveryPrefix + messageId }
}

/** The delivery that an item's key stands for. @throws {Error} for the key of any other item */
export function deliveryKeyOf({ pk, sk }: ItemKey): DeliveryKey {
  if (!pk.startsWith(deliveryPartition) || !sk.startsWith(deliveryPrefix)) throw new Error('not the key of a delivery')
  return { tenantId: pk.slice(deliveryPartition.length), messageId: sk.slice(deliveryPrefix.length) }
}

export function eventItemKey(tenantId: string, eventId: string): ItemKey {
  return { pk: deliveryPartition + plainId(tenantId), sk: `EVENT#${eventId}` }
}

/** Where the attempts at an endpoint are. */
export function attemptsOf({ tenantId, endpointId }: EndpointKey): string {
  return `${attemptPartition}${plainId(tenantId)}#${plainId(endpointId)}`
}

/** `place` sorts by time. */
export function attemptItemKey(key: EndpointKey, place: string): ItemKey {
  return { pk: attemptsOf(key), sk: place }
}

export function healthItemKey({ tenantId, endpointId }: EndpointKey): ItemKey {
  return { pk: healthPartition + plainId(tenantId), sk: endpointId }
}
