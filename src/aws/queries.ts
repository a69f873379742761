import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { Page } from '../rotation/ports'
import { dueShards, type ItemKey } from './item-keys'
import { decodeItem, type Item, toItem, valuesOf } from './items'
import { dueIndex, type Table } from './table'

export type Query = Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey' | 'Limit'>

export interface QueryRange {
  /** Only items after this key in the direction of the query. */
  readonly after: ItemKey | null
  readonly limit: number
}

/** DynamoDB reads at most 1 MB at a time, which is about that many items. */
const maximumRead = 1000

/** At least `limit` items, unless there are fewer; as many queries as it takes, since a filter leaves holes. */
export async function queryItems(table: Table, query: Query, range: QueryRange): Promise<readonly Item[]> {
  const found: Item[] = []
  const read = { ...query, TableName: table.name, Limit: Math.min(range.limit, maximumRead) }
  let start = range.after === null ? undefined : toItem(range.after)
  do {
    const page = await table.client.send(new QueryCommand({ ...read, ExclusiveStartKey: start }))
    found.push(...(page.Items ?? []))
    start = page.LastEvaluatedKey
  } while (start !== undefined && found.length < range.limit)
  return found
}

/** A page of at most `limit` entries, from `limit + 1` or more where there are any. `cursorOf` names the last one for the next page. */
export function pageOf<Entry>(
  entries: readonly Entry[],
  limit: number,
  cursorOf: (last: Entry) => string,
): Page<Entry> {
  const items = entries.slice(0, limit)
  const last = items.at(-1)
  return { items, next: entries.length > limit && last !== undefined ? cursorOf(last) : null }
}

/** DynamoDB's limit of one call. */
const mostKeys = 100

/** The items that exist, in no order. Reads that may lag by a moment. */
export async function batchGet(table: Table, keys: readonly ItemKey[]): Promise<readonly Item[]> {
  const found: Item[] = []
  for (let start = 0; start < keys.length; start += mostKeys) {
    found.push(...(await getSome(table, keys.slice(start, start + mostKeys))))
  }
  return found
}

/** DynamoDB answers at most 16 MB and names the keys that it left out. */
async function getSome({ client, name }: Table, keys: readonly ItemKey[]): Promise<readonly Item[]> {
  const found: Item[] = []
  let wanted: BatchGetItemCommandInput['RequestItems'] = { [name]: { Keys: keys.map(toItem) } }
  while (wanted !== undefined && Object.keys(wanted).length > 0) {
    const reply: BatchGetItemCommandOutput = await client.send(new BatchGetItemCommand({ RequestItems: wanted }))
    found.push(...(reply.Responses?.[name] ?? []))
    wanted = reply.UnprocessedKeys
  }
  return found
}

const schema = v.object({ pk: v.string(), sk: v.string(), dueAt: v.string() })

type DueItem = v.InferOutput<typeof schema>

export interface DueQuery {
  /** The least of the 16 shards: each kind of item has shards of its own, so that one never starves another. */
  readonly firstShard: number
  readonly now: Date
  /** At most this many from each shard, in one page. */
  readonly limit: number
}

/** Keys of items that are due, earliest first. The index may lag behind the table. */
export async function dueItems(table: Table, query: DueQuery): Promise<readonly ItemKey[]> {
  return inOrder(await Promise.all(shardsOf(query).map(shard => dueInShard(table, query, { shard }))))
}

/** The same in pages, until there are no more; in order within each. */
export async function* duePages(table: Table, query: DueQuery): AsyncGenerator<readonly ItemKey[], void> {
  let places: readonly Place[] = shardsOf(query).map(shard => ({ shard }))
  while (places.length > 0) {
    const replies = await Promise.all(places.map(place => dueInShard(table, query, place)))
    yield inOrder(replies)
    places = replies.flatMap(({ LastEvaluatedKey }, index) => {
      const shard = places[index]?.shard
      return LastEvaluatedKey === undefined || shard === undefined ? [] : { shard, ExclusiveStartKey: LastEvaluatedKey }
    })
  }
}

/** A shard, and where reading goes on in it. */
interface Place {
  readonly shard: number
  readonly ExclusiveStartKey?: Item
}

function shardsOf({ firstShard }: DueQuery): readonly number[] {
  return Array.from({ length: dueShards }, (_, shard) => firstShard + shard)
}

function inOrder(replies: readonly QueryCommandOutput[]): readonly ItemKey[] {
  const items = replies.flatMap(({ Items = [] }) => Items.map((item): DueItem => decodeItem(schema, item)))
  return items.toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
}

function dueInShard(table: Table, { now, limit }: DueQuery, { shard, ...start }: Place): Promise<QueryCommandOutput> {
  return table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: dueIndex,
      KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
      ExpressionAttributeValues: valuesOf(Object.entries({ shard, now: now.toISOString() })),
      Limit: limit,
      ...start,
    }),
  )
}
