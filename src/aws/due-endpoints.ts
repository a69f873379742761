import type { EndpointKey } from '../endpoints/endpoint-store'
import { dueItems } from './due-items'
import { firstEndpointShard } from './due-shard'
import { endpointKeyOf } from './item-key'
import type { Table } from './table'

/** Endpoints that are due, earliest first, at most `limit` from each shard. The index may lag behind the table. */
export async function dueEndpoints(table: Table, now: Date, limit: number): Promise<readonly EndpointKey[]> {
  const keys = await dueItems(table, { firstShard: firstEndpointShard, now, limit })
  return keys.map(endpointKeyOf)
}
