import { createHash } from 'node:crypto'
import type { DeliveryKey } from '../delivery/delivery'
import type { EndpointKey } from '../endpoints/endpoint-store'

/** Shards of the index `due` for each kind of item, so that no single partition takes every change. */
export const dueShards = 16
/** Endpoints are in the shards 0…15, deliveries in 16…31. */
export const firstEndpointShard = 0
export const firstDeliveryShard = 16

/** The shard of an endpoint, 0…15: always the same for the same ids. */
export function dueShardOf({ tenantId, endpointId }: EndpointKey): number {
  return firstEndpointShard + placeOf(`${tenantId}#${endpointId}`)
}

/** The shard of a delivery, 16…31, by its message: those of one endpoint are in all of them. */
export function deliveryShardOf({ tenantId, messageId }: DeliveryKey): number {
  return firstDeliveryShard + placeOf(`${tenantId}#${messageId}`)
}

function placeOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt8(0) % dueShards
}
