import * as v from 'valibot'
import type { Delivery } from '../delivery/delivery'
import type { EndpointKey } from '../endpoints/endpoint-store'
import { batchGet } from './batch-get'
import { decodeItem } from './decode-item'
import { deliveryOf } from './delivery-item'
import { attemptsOf, deliveryItemKey } from './delivery-item-key'
import { queryItems } from './query-items'
import type { Table } from './table'
import { valuesOf } from './update-of'

/** Retries of few deliveries must not make one listing read a month of attempts. */
const mostAttempts = 2000

const schema = v.object({ messageId: v.string() })
const place = v.object({ pk: v.string(), sk: v.string() })

/** The deliveries of the endpoint's newest attempts and stops, newest delivery first. Tests are none. */
export async function recentDeliveries(table: Table, key: EndpointKey, limit: number): Promise<readonly Delivery[]> {
  const messageIds = await recentMessageIds(table, key, limit)
  const keys = messageIds.map(messageId => deliveryItemKey({ tenantId: key.tenantId, messageId }))
  const items = await batchGet(table, keys)
  return items.map(deliveryOf).toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime())
}

async function recentMessageIds(table: Table, key: EndpointKey, limit: number): Promise<readonly string[]> {
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
    for (const item of items) found.add(decodeItem(schema, item).messageId)
    const last = items.at(-1)
    after = last === undefined ? null : decodeItem(place, last)
  } while (after !== null && found.size < limit && read < mostAttempts)
  return [...found].slice(0, limit)
}
