import * as v from 'valibot'
import type { Subscriber, SubscriberIndex } from '../delivery/ports'
import type { Page, PageRequest } from '../rotation/ports'
import { settings } from './dynamo-endpoint-store'
import { endpointItemKey } from './item-keys'
import { decodeItem, valuesOf } from './items'
import { pageOf, queryItems } from './queries'
import { subscriberIndex, type Table } from './table'

const schema = v.object({
  tenantId: v.string(),
  id: v.string(),
  contract: v.string(),
  incarnation: v.string(),
  settings,
})

/** A tenant's endpoints by the index that DynamoDB keeps of them, which has no key ring in it. */
export function dynamoSubscriberIndex(table: Table): SubscriberIndex {
  return { list: (tenantId, page) => list(table, tenantId, page) }
}

async function list(table: Table, tenantId: string, { limit, after }: PageRequest): Promise<Page<Subscriber>> {
  const query = {
    IndexName: subscriberIndex,
    KeyConditionExpression: 'tenantId = :tenantId',
    FilterExpression: 'attribute_not_exists(deletedAt)',
    ExpressionAttributeValues: valuesOf([['tenantId', tenantId]]),
  }
  const start = after === null ? null : startAfter(tenantId, after)
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  return pageOf(
    items.map(item => decodeItem(schema, item)),
    limit,
    ({ incarnation, id }) => `${incarnation}#${id}`,
  )
}

/** The place in the index: its own key and the item's. */
function startAfter(tenantId: string, after: string) {
  const [incarnation = '', endpointId = ''] = after.split('#')
  return { ...endpointItemKey({ tenantId, endpointId }), tenantId, incarnation }
}
