import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { Json } from '../contracts/shape'
import type { Delivery } from '../delivery/delivery'
import type { DeliveryEvent } from '../delivery/event'
import type { DeliveryStore } from '../delivery/ports'
import type { EndpointAddress } from '../rotation/ports'
import {
  attemptsOf,
  deliveryItemKey,
  deliveryAddressOf,
  deliveryShardOf,
  eventItemKey,
  firstDeliveryShard,
  type ItemKey,
  timeToLive,
} from './item-keys'
import { count, decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { batchGet, duePages, queryItems } from './queries'
import { outcomeOf, type Table } from './table'

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
      for await (const keys of pages) yield keys.map(deliveryAddressOf)
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

const deliverySchema = v.object({
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
  return decodeItem(deliverySchema, item)
}

const eventSchema = v.object({
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
  return decodeItem(eventSchema, item)
}

/** Retries of few deliveries must not make one listing read a month of attempts. */
const mostAttempts = 2000

const withMessageId = v.object({ messageId: v.string() })
const place = v.object({ pk: v.string(), sk: v.string() })

/** The deliveries of the endpoint's newest attempts and stops, newest delivery first. Tests are none. */
export async function recentDeliveries(
  table: Table,
  key: EndpointAddress,
  limit: number,
): Promise<readonly Delivery[]> {
  const messageIds = await recentMessageIds(table, key, limit)
  const keys = messageIds.map(messageId => deliveryItemKey({ tenantId: key.tenantId, messageId }))
  const items = await batchGet(table, keys)
  return items.map(deliveryOf).toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}

async function recentMessageIds(table: Table, key: EndpointAddress, limit: number): Promise<readonly string[]> {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: 'kind <> :test',
    ProjectionExpression: 'pk, sk, messageId',
    ExpressionAttributeValues: valuesOf(Object.entries({ pk: attemptsOf(key), test: 'test' })),
    ScanIndexForward: false,
    ConsistentRead: true,
  }
  const found = new Set<string>()
  let read = 0
  let after = null
  do {
    const items = await queryItems(table, query, { after, limit: limit - found.size })
    read += items.length
    for (const item of items) found.add(decodeItem(withMessageId, item).messageId)
    const last = items.at(-1)
    after = last === undefined ? null : decodeItem(place, last)
  } while (after !== null && found.size < limit && read < mostAttempts)
  return [...found].slice(0, limit)
}
