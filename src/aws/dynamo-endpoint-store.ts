import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { Endpoint } from '../endpoints/endpoint'
import type { EndpointKey, EndpointStore, Page, PageRequest, Settled } from '../endpoints/endpoint-store'
import { dueEndpoints } from './due-endpoints'
import { dueAttributes, endpointItem, endpointOf } from './endpoint-item'
import { endpointItemKey, endpointPrefix, tenantPartition } from './item-key'
import { pageOf, queryItems } from './query-items'
import { outcomeOf } from './table'
import type { Table } from './table'
import { updateOf, valuesOf } from './update-of'
import { toItem } from './storable'

const isAbsent = 'attribute_not_exists(pk)'
const isLive = 'attribute_not_exists(deletedAt)'
const isTombstone = 'attribute_exists(deletedAt)'
const sameIncarnation = 'incarnation = :incarnation'
const sameRevision = 'revision = :expected'

/** Endpoints in DynamoDB. Every write is conditional; a failed condition is a `conflict`. */
export function dynamoEndpointStore(table: Table): EndpointStore {
  return {
    load: key => load(table, key),
    create: (endpoint, replaces) => outcomeOf(create(table, endpoint, replaces)),
    commit: (endpoint, expectedRevision) => outcomeOf(commit(table, endpoint, expectedRevision)),
    settle: (endpoint, settled, signal) => outcomeOf(settle({ table, signal }, endpoint, settled)),
    drop: (endpoint, signal) => outcomeOf(drop({ table, signal }, endpoint)),
    list: (tenantId, page) => list(table, tenantId, page),
    due: (now, limit) => dueEndpoints(table, now, limit),
  }
}

/** A table, and when to give up on it. */
interface Reach {
  readonly table: Table
  readonly signal: AbortSignal
}

async function load({ client, name }: Table, key: EndpointKey): Promise<Endpoint | null> {
  const get = new GetItemCommand({ TableName: name, Key: toItem(endpointItemKey(key)), ConsistentRead: true })
  const { Item } = await client.send(get)
  return Item === undefined ? null : endpointOf(Item)
}

function create({ client, name }: Table, endpoint: Endpoint, replaces: number | null): Promise<unknown> {
  const condition =
    replaces === null
      ? { ConditionExpression: isAbsent }
      : {
          ConditionExpression: `${isTombstone} AND ${sameRevision}`,
          ExpressionAttributeValues: valuesOf([['expected', replaces]]),
        }
  return client.send(new PutItemCommand({ TableName: name, Item: endpointItem(endpoint), ...condition }))
}

/** Sets what a change owns, and leaves `settling` alone. */
function commit({ client, name }: Table, endpoint: Endpoint, expected: number): Promise<unknown> {
  const { incarnation, revision, settings, ring, changes, updatedAt, deletedAt, lookAgainAt, dueAt } = endpoint
  const owned = { revision, settings, ring, changes, updatedAt, deletedAt, lookAgainAt }
  return client.send(
    new UpdateItemCommand({
      TableName: name,
      Key: keyOf(endpoint),
      ConditionExpression: `${sameIncarnation} AND ${sameRevision} AND ${isLive}`,
      ...updateOf({ ...owned, ...dueAttributes(endpoint, dueAt) }, { incarnation, expected }),
    }),
  )
}

/** Sets what settling owns, so that it cannot undo a change. */
function settle({ table, signal }: Reach, endpoint: Endpoint, settled: Settled): Promise<unknown> {
  const { incarnation, revision } = endpoint
  const { settling, lookAgainAt, dueAt } = settled
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: keyOf(endpoint),
    ConditionExpression: `${sameIncarnation} AND ${sameRevision}`,
    ...updateOf({ settling, lookAgainAt, ...dueAttributes(endpoint, dueAt) }, { incarnation, expected: revision }),
  })
  return table.client.send(update, { abortSignal: signal })
}

function drop({ table, signal }: Reach, endpoint: Endpoint): Promise<unknown> {
  const { incarnation, revision } = endpoint
  const remove = new DeleteItemCommand({
    TableName: table.name,
    Key: keyOf(endpoint),
    ConditionExpression: `${sameIncarnation} AND ${sameRevision} AND ${isTombstone}`,
    ExpressionAttributeValues: valuesOf(Object.entries({ incarnation, expected: revision })),
  })
  return table.client.send(remove, { abortSignal: signal })
}

async function list(table: Table, tenantId: string, { limit, after }: PageRequest): Promise<Page<Endpoint>> {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    FilterExpression: isLive,
    ExpressionAttributeValues: valuesOf(Object.entries({ pk: tenantPartition(tenantId), prefix: endpointPrefix })),
    ConsistentRead: true,
  }
  const start = after === null ? null : endpointItemKey({ tenantId, endpointId: after })
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  return pageOf(items.map(endpointOf), limit, last => last.id)
}

function keyOf({ tenantId, id }: Endpoint) {
  return toItem(endpointItemKey({ tenantId, endpointId: id }))
}
