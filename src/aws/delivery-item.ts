import * as v from 'valibot'
import type { Delivery } from '../delivery/delivery'
import { count, decodeItem, instant, orNull } from './decode-item'
import { deliveryItemKey } from './delivery-item-key'
import { deliveryShardOf } from './due-shard'
import { toItem } from './storable'
import type { Item } from './storable'
import { timeToLive } from './time-to-live'

const schema = v.object({
  tenantId: v.string(),
  endpointId: v.string(),
  incarnationOf: v.string(),
  messageId: v.string(),
  eventId: v.string(),
  eventType: v.string(),
  status: v.picklist(['pending', 'success', 'failed']),
  attemptCount: count,
  roundStart: count,
  createdAt: instant,
  lastResponseStatus: orNull(count),
  errorMessage: orNull(v.string()),
  deliveredAt: orNull(instant),
  dlqAt: orNull(instant),
  dueAt: orNull(instant),
})

/** The whole delivery as an item. While it is due it is in the index, in shards of its own beside the endpoints'. */
export function deliveryItem(delivery: Delivery): Item {
  const dueShard = delivery.dueAt === null ? null : deliveryShardOf(delivery)
  return toItem({ ...deliveryItemKey(delivery), ...delivery, dueShard, ttl: timeToLive(delivery.createdAt) })
}

/** @throws {Error} that names the malformed attribute */
export function deliveryOf(item: Item): Delivery {
  return decodeItem(schema, item)
}
