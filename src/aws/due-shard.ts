import { createHash } from 'node:crypto'
import type { EndpointKey } from '../endpoints/endpoint-store'

/** Shards of the index `due` for each kind of item, so that no single partition takes every change. */
export const dueShards = 16
/** Endpoints are in the shards 0…15, deliveries in 16…31. */
export const firstEndpointShard = 0
export const firstDeliveryShard = 16

/** The shard of an endpoint, 0…15: always the same for the same ids. */
export function dueShardOf({ tenantId, endpointId }: EndpointKey): number {
  return createHash('sha256').update(`${tenantId}#${endpointId}`).digest().readUInt8(0) % dueShards
}
