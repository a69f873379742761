import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { Json } from '../contracts/shape'
import type { Delivery, DeliveryAddress } from '../delivery/delivery'
import type { DeliveryEvent } from '../delivery/event'
import type { DeliveryStore, FailedDelivery, TimeRange } from '../delivery/ports'
import type { EndpointAddress, Page } from '../rotation/ports'
import { isAbsent, outcomeOf } from './conditional-write'
import { attemptItem } from './dynamo-attempt-log'
import { deliveryShardOf, duePages } from './due-index'
import {
  attemptItemKey,
  attemptPartition,
  deliveryAddressOf,
  deliveryItemKey,
  eventItemKey,
  timeToLive,
} from './item-keys'
import { count, decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { putAll } from './put-all'
import { batchGet, getItem, queryItems } from './queries'
import type { Table } from './table'

/** Nobody has stored another attempt, or another end of the delivery, since it was read. */
const isUnchanged = 'attemptCount = :attemptCount AND #status = :status'

/** Events and deliveries in DynamoDB. The payload is the event's, so that no write of a delivery pays for its bytes. */
export function dynamoDeliveryStore(table: Table): DeliveryStore {
  return {
    keepEvent: (event, now) => keepEvent(table, event, now),
    loadEvent: (tenantId, eventId) => loadEvent(table, tenantId, eventId),
    load: address => load(table, address),
    save: (delivery, before) => {
      const item = deliveryItem(delivery)
      return outcomeOf(before === null ? create(table, item) : replace(table, item, before))
    },
    saveDelivered: (delivery, attempt) => putAll(table, [attemptItem(delivery, attempt), deliveryItem(delivery)]),
    due: async function* (now, limit) {
      const pages = duePages(table, { kind: 'deliveries', until: now, limit })
      for await (const itemKeys of pages) yield itemKeys.map(deliveryAddressOf)
    },
    recent: (address, limit) => recentDeliveries(table, address, limit),
    failedAfter: (address, range) => failedAfter(table, address, range),
  }
}

async function keepEvent(table: Table, event: DeliveryEvent, now: Date): Promise<DeliveryEvent> {
  const outcome = await outcomeOf(create(table, eventItem(event, now)))
  return outcome === 'stored' ? event : ((await loadEvent(table, event.tenantId, event.id)) ?? event)
}

async function loadEvent(table: Table, tenantId: string, eventId: string): Promise<DeliveryEvent | null> {
  const item = await getItem(table, eventItemKey(tenantId, eventId))
  return item === null ? null : decodeItem(eventSchema, item)
}

function create({ client, name }: Table, item: Item): Promise<object> {
  return client.send(new PutItemCommand({ TableName: name, Item: item, ConditionExpression: isAbsent }))
}

async function load(table: Table, address: DeliveryAddress): Promise<Delivery | null> {
  const item = await getItem(table, deliveryItemKey(address))
  return item === null ? null : deliveryOf(item)
}

function replace({ client, name }: Table, item: Item, { attemptCount, status }: Delivery): Promise<object> {
  const put = new PutItemCommand({
    TableName: name,
    Item: item,
    ConditionExpression: isUnchanged,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: valuesOf({ attemptCount, status }),
  })
  return client.send(put)
}

/** The deliveries of the endpoint's newest attempts, tests apart, and of those that failed without; newest first. */
async function recentDeliveries(table: Table, address: EndpointAddress, limit: number): Promise<readonly Delivery[]> {
  const messageIds = await recentMessageIds(table, address, limit)
  const itemKeys = messageIds.map(messageId => deliveryItemKey({ tenantId: address.tenantId, messageId }))
  const items = await batchGet(table, itemKeys)
  return items.map(deliveryOf).toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}

/** Retries of few deliveries must not make one listing read a month of attempts. */
const mostAttempts = 2000

async function recentMessageIds(table: Table, address: EndpointAddress, limit: number): Promise<readonly string[]> {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: 'kind <> :test',
    ProjectionExpression: 'pk, sk, messageId',
    ExpressionAttributeValues: valuesOf({ pk: attemptPartition(address), test: 'test' }),
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
    after = last === undefined ? null : decodeItem(withItemKey, last)
  } while (after !== null && found.size < limit && read < mostAttempts)
  return [...found].slice(0, limit)
}

async function failedAfter(
  table: Table,
  address: EndpointAddress,
  { after, until, limit }: TimeRange,
): Promise<Page<FailedDelivery>> {
  // After the time itself, an attempt's place has a #.
  const last = `${until.toISOString()}~`
  if (after >= last) return { items: [], next: null }
  const query = new QueryCommand({
    TableName: table.name,
    KeyConditionExpression: 'pk = :pk AND sk <= :last',
    FilterExpression: 'kind <> :test',
    ProjectionExpression: 'pk, sk, messageId',
    ExpressionAttributeValues: valuesOf({ pk: attemptPartition(address), last, test: 'test' }),
    ExclusiveStartKey: toItem(attemptItemKey(address, after)),
    ConsistentRead: true,
    Limit: limit,
  })
  const { Items = [], LastEvaluatedKey } = await table.client.send(query)
  const next = LastEvaluatedKey === undefined ? null : decodeItem(withItemKey, LastEvaluatedKey).sk
  return { items: await failedAmong(table, address, Items), next }
}

/** Those of the attempts' deliveries that are failed now, each at the place of its first attempt. */
async function failedAmong(
  table: Table,
  { tenantId }: EndpointAddress,
  attempts: readonly Item[],
): Promise<readonly FailedDelivery[]> {
  const places = new Map<string, string>()
  for (const attempt of attempts) {
    const { messageId, sk } = decodeItem(withPlace, attempt)
    if (!places.has(messageId)) places.set(messageId, sk)
  }
  const itemKeys = [...places.keys()].map(messageId => deliveryItemKey({ tenantId, messageId }))
  const found = (await batchGet(table, itemKeys, 'strong')).map(deliveryOf)
  const failed = new Map(found.flatMap(each => (each.status === 'failed' ? [[each.messageId, each] as const] : [])))
  return [...places].flatMap(([messageId, place]) => {
    const delivery = failed.get(messageId)
    return delivery === undefined ? [] : { delivery, place }
  })
}

const withPlace = v.object({ messageId: v.string(), sk: v.string() })
const withMessageId = v.object({ messageId: v.string() })
const withItemKey = v.object({ pk: v.string(), sk: v.string() })

/** The whole delivery as an item. While it is due it is in the index, in shards of its own beside the endpoints'. */
export function deliveryItem(delivery: Delivery): Item {
  const dueShard = delivery.dueAt === null ? null : deliveryShardOf(delivery)
  return toItem({ ...deliveryItemKey(delivery), ...delivery, dueShard, ttl: timeToLive(delivery.createdAt) })
}

/** @throws {Error} that names the malformed attribute */
function deliveryOf(item: Item): Delivery {
  return decodeItem(deliverySchema, item)
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

/** The event as an item, kept from `now` on: its own time may be long ago. Its payload is JSON text. */
export function eventItem(event: DeliveryEvent, now: Date): Item {
  const itemKey = eventItemKey(event.tenantId, event.id)
  return toItem({ ...itemKey, ...event, payload: JSON.stringify(event.payload), ttl: timeToLive(now) })
}

const eventSchema = v.object({
  tenantId: v.string(),
  id: v.string(),
  type: v.string(),
  at: instant,
  // Written above, from JSON.
  payload: v.pipe(
    v.string(),
    v.transform(text => JSON.parse(text) as Json),
  ),
})
