import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { Endpoint } from '../rotation/endpoint'
import type { EndpointAddress, EndpointStore, Page, PageRequest, Settled } from '../rotation/ports'
import {
  dueShardOf,
  endpointItemKey,
  endpointAddressOf,
  endpointPrefix,
  firstEndpointShard,
  tenantPartition,
} from './item-keys'
import { count, decodeItem, instant, type Item, oneOrMore, orNull, toItem, updateOf, valuesOf } from './items'
import { dueItems, pageOf, queryItems } from './queries'
import { outcomeOf, type Table } from './table'

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

async function load({ client, name }: Table, key: EndpointAddress): Promise<Endpoint | null> {
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

/** A key whose expiry cannot be read is expired: it must not live on as a current key. */
const expired = new Date(0)

const key = v.object({
  id: v.string(),
  sealed: v.string(),
  hint: v.string(),
  mask: v.nullable(v.string()),
  createdAt: instant,
  expiresAt: v.fallback(v.nullable(instant), expired),
})

const ring = v.object({ version: count, revision: count, keys: oneOrMore(key) })

export const actor = v.object({ kind: v.picklist(['api-key', 'session', 'keyturn']), id: v.string() })

const change = v.object({
  id: v.string(),
  kind: v.picklist(['create', 'rotate', 'revoke', 'update', 'delete']),
  revision: count,
  version: count,
  keyId: v.string(),
  at: instant,
  actor,
  reason: v.nullable(v.string()),
  overlapSeconds: count,
  revokedKeyIds: v.array(v.string()),
  idempotency: v.nullable(v.object({ hash: v.string(), fingerprint: v.string() })),
  resetsFailures: v.exactOptional(v.literal(true)),
})

export const settings = v.object({
  url: v.nullable(v.string()),
  description: v.string(),
  name: v.string(),
  eventTypes: v.array(v.string()),
  status: v.picklist(['active', 'paused']),
  mirror: v.picklist(['on', 'off']),
  requestConfig: v.object({ timeoutMs: count, headers: v.record(v.string(), v.string()) }),
  consumers: v.array(v.string()),
})

const settling = v.object({
  revision: count,
  mirrorVersionId: v.nullable(v.string()),
  failures: count,
  error: v.nullable(v.string()),
  policy: v.exactOptional(
    v.object({
      consumers: orNull(v.array(v.string())),
      failures: count,
      error: orNull(v.string()),
      dueAt: orNull(instant),
    }),
  ),
})

const schema = v.object({
  tenantId: v.string(),
  id: v.string(),
  contract: v.string(),
  incarnation: v.string(),
  revision: count,
  settings,
  ring,
  changes: oneOrMore(change),
  settling,
  createdAt: instant,
  updatedAt: instant,
  deletedAt: orNull(instant),
  lookAgainAt: orNull(instant),
  dueAt: orNull(instant),
})

/** The whole endpoint as an item; times that are null are left out. */
export function endpointItem(endpoint: Endpoint): Item {
  const { tenantId, id, dueAt } = endpoint
  return toItem({ ...endpointItemKey({ tenantId, endpointId: id }), ...endpoint, ...dueAttributes(endpoint, dueAt) })
}

/** Both or neither: what puts an endpoint into the index, or takes it out. */
export function dueAttributes({ tenantId, id }: Endpoint, dueAt: Date | null): object {
  return { dueAt, dueShard: dueAt === null ? null : dueShardOf({ tenantId, endpointId: id }) }
}

/** @throws {Error} that names the malformed attribute; only a key's expiry may be malformed, and is then long past */
export function endpointOf(item: Item): Endpoint {
  return decodeItem(schema, item)
}

/** Endpoints that are due, earliest first, at most `limit` from each shard. The index may lag behind the table. */
export async function dueEndpoints(table: Table, now: Date, limit: number): Promise<readonly EndpointAddress[]> {
  const keys = await dueItems(table, { firstShard: firstEndpointShard, now, limit })
  return keys.map(endpointAddressOf)
}
