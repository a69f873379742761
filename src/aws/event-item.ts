import * as v from 'valibot'
import type { DeliveryEvent } from '../delivery/event'
import type { Json } from '../contracts/shape'
import { decodeItem, instant } from './decode-item'
import { eventItemKey } from './delivery-item-key'
import { toItem } from './storable'
import type { Item } from './storable'
import { timeToLive } from './time-to-live'

const schema = v.object({
  tenantId: v.string(),
  id: v.string(),
  type: v.string(),
  at: instant,
  // Written below, from JSON.
  payload: v.pipe(
    v.string(),
    v.transform(text => JSON.parse(text) as Json),
  ),
})

/** The event as an item, kept from `now` on: its own time may be long ago. Its payload is JSON text. */
export function eventItem(event: DeliveryEvent, now: Date): Item {
  const key = eventItemKey(event.tenantId, event.id)
  return toItem({ ...key, ...event, payload: JSON.stringify(event.payload), ttl: timeToLive(now) })
}

/** @throws {Error} that names the malformed attribute */
export function eventOf(item: Item): DeliveryEvent {
  return decodeItem(schema, item)
}
