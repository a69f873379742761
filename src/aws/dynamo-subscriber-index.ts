import * as v from 'valibot'
import type { Subscriber, SubscriberIndex } from '../delivery/ports'
import type { Page, PageRequest } from '../rotation/ports'
import { settings } from './dynamo-endpoint-store'
import { endpointItemKey, type ItemKey } from './item-keys'
import { decodeItem, instant, type Item, orNull, valuesOf } from './items'
import { pageOf, queryItems } from './queries'
import { subscriberIndex, type Table } from './table'

/** A tenant's endpoints by the index that DynamoDB keeps of them, which has no key ring in it. */
export function dynamoSubscriberIndex(table: Table): SubscriberIndex {
  return { list: (tenantId, page) => list(table, tenantId, page) }
}

async function list(table: Table, tenantId: string, { limit, after }: PageRequest): Promise<Page<Subscriber>> {
  const query = {
    IndexName: subscriberIndex,
    KeyConditionExpression: 'tenantId = :tenantId',
    FilterExpression: 'attribute_not_exists(deletedAt)',
    ExpressionAttributeValues: valuesOf({ tenantId }),
  }
  const start = after === null ? null : indexKeyOf(tenantId, after)
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  const subscribers = items.map(subscriberOf)
  return pageOf(subscribers, limit, cursorOf)
}

function subscriberOf(item: Item): Subscriber {
  const { settings: stored, ...subscriber } = decodeItem(schema, item)
  const { createdAt, pausedSince, resumedAt, ...settings } = stored
  return { ...subscriber, settings, createdAt, pausedSince, resumedAt }
}

function cursorOf({ incarnation, id }: Subscriber): string {
  return `${incarnation}#${id}`
}

/** Where an entry stands in the index: its keys of the index, and those of the item. */
function indexKeyOf(tenantId: string, cursor: string): ItemKey & Pick<Subscriber, 'tenantId' | 'incarnation'> {
  const [incarnation = '', endpointId = ''] = cursor.split('#')
  return { ...endpointItemKey({ tenantId, endpointId }), tenantId, incarnation }
}

const schema = v.object({
  tenantId: v.string(),
  id: v.string(),
  contract: v.string(),
  incarnation: v.string(),
  /** Endpoints that were not changed since lack their times. */
  settings: v.object({
    ...settings.entries,
    createdAt: orNull(instant),
    pausedSince: orNull(instant),
    resumedAt: orNull(instant),
  }),
})
