import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { Delivery } from '../delivery/delivery'
import type { DeliveryStore } from '../delivery/delivery-store'
import type { DeliveryEvent } from '../delivery/event'
import { deliveryItem, deliveryOf } from './delivery-item'
import { deliveryItemKey, deliveryKeyOf, eventItemKey } from './delivery-item-key'
import { duePages } from './due-items'
import { firstDeliveryShard } from './due-shard'
import { eventItem, eventOf } from './event-item'
import type { ItemKey } from './item-key'
import { recentDeliveries } from './recent-deliveries'
import { toItem } from './storable'
import type { Item } from './storable'
import { outcomeOf } from './table'
import type { Table } from './table'
import { valuesOf } from './update-of'

const isAbsent = 'attribute_not_exists(pk)'
const isUnchanged = 'attemptCount = :attemptCount AND #status = :status'

/** Events and deliveries in DynamoDB. The payload is the event's, so that no write of a delivery pays for its bytes. */
export function dynamoDeliveryStore(table: Table): DeliveryStore {
  return {
    keepEvent: (event, now) => keepEvent(table, event, now),
    loadEvent: (tenantId, eventId) => loadEvent(table, tenantId, eventId),
    create: delivery => outcomeOf(create(table, deliveryItem(delivery))),
    load: async key => {
      const item = await get(table, deliveryItemKey(key))
      return item === undefined ? null : deliveryOf(item)
    },
    save: (delivery, before) => outcomeOf(save(table, delivery, before)),
    due: async function* (now, limit) {
      const pages = duePages(table, { firstShard: firstDeliveryShard, now, limit })
      for await (const keys of pages) yield keys.map(deliveryKeyOf)
    },
    recent: (key, limit) => recentDeliveries(table, key, limit),
  }
}

async function keepEvent(table: Table, event: DeliveryEvent, now: Date): Promise<DeliveryEvent> {
  const outcome = await outcomeOf(create(table, eventItem(event, now)))
  return outcome === 'stored' ? event : ((await loadEvent(table, event.tenantId, event.id)) ?? event)
}

async function loadEvent(table: Table, tenantId: string, eventId: string): Promise<DeliveryEvent | null> {
  const item = await get(table, eventItemKey(tenantId, eventId))
  return item === undefined ? null : eventOf(item)
}

function create({ client, name }: Table, item: Item): Promise<unknown> {
  return client.send(new PutItemCommand({ TableName: name, Item: item, ConditionExpression: isAbsent }))
}

function save({ client, name }: Table, delivery: Delivery, { attemptCount, status }: Delivery): Promise<unknown> {
  return client.send(
    new PutItemCommand({
      TableName: name,
      Item: deliveryItem(delivery),
      ConditionExpression: isUnchanged,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: valuesOf(Object.entries({ attemptCount, status })),
    }),
  )
}

async function get({ client, name }: Table, key: ItemKey): Promise<Item | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: name, Key: toItem(key), ConsistentRead: true }))
  return Item
}
