import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb'
import type { Page } from '../rotation/ports'
import type { ItemKey } from './item-keys'
import { type Item, toItem } from './items'
import type { Table } from './table'

/** The item, or null. Reads consistently. */
export async function getItem(table: Table, itemKey: ItemKey): Promise<Item | null> {
  const { client, name, read } = table
  if (read !== undefined) return read(itemKey)
  const get = new GetItemCommand({ TableName: name, Key: toItem(itemKey), ConsistentRead: true })
  const { Item } = await client.send(get)
  return Item ?? null
}

/** DynamoDB's limit of one call. */
const mostItemKeys = 100

/** The items that exist, in no order. By default, reads may lag by a moment. */
export async function batchGet(
  table: Table,
  itemKeys: readonly ItemKey[],
  consistency: 'eventual' | 'strong' = 'eventual',
): Promise<readonly Item[]> {
  const found: Item[] = []
  for (let start = 0; start < itemKeys.length; start += mostItemKeys) {
    found.push(...(await getSome(table, itemKeys.slice(start, start + mostItemKeys), consistency)))
  }
  return found
}

/** DynamoDB answers at most 16 MB and names the keys that it left out. */
async function getSome(
  { client, name }: Table,
  itemKeys: readonly ItemKey[],
  consistency: 'eventual' | 'strong',
): Promise<readonly Item[]> {
  const found: Item[] = []
  let wanted: BatchGetItemCommandInput['RequestItems'] = {
    [name]: { Keys: itemKeys.map(toItem), ConsistentRead: consistency === 'strong' },
  }
  while (wanted !== undefined && Object.keys(wanted).length > 0) {
    const reply: BatchGetItemCommandOutput = await client.send(new BatchGetItemCommand({ RequestItems: wanted }))
    found.push(...(reply.Responses?.[name] ?? []))
    wanted = reply.UnprocessedKeys
  }
  return found
}

export type Query = Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey' | 'Limit'>

export interface QueryRange {
  /** Only items after this key in the direction of the query. */
  readonly after: ItemKey | null
  readonly limit: number
  /** How many items a query looks at, where its filter leaves few. Default: as many as are wanted, 1,000 at most. */
  readonly looksAt?: number
}

/** DynamoDB reads at most 1 MB at a time, which is about that many items. */
const maximumRead = 1000

/** At least `limit` items, unless there are fewer; as many queries as it takes, since a filter leaves holes. */
export async function queryItems(table: Table, query: Query, range: QueryRange): Promise<readonly Item[]> {
  const found: Item[] = []
  const read = { ...query, TableName: table.name, Limit: range.looksAt ?? Math.min(range.limit, maximumRead) }
  let start = range.after === null ? undefined : toItem(range.after)
  do {
    const page = await table.client.send(new QueryCommand({ ...read, ExclusiveStartKey: start }))
    found.push(...(page.Items ?? []))
    start = page.LastEvaluatedKey
  } while (start !== undefined && found.length < range.limit)
  return found
}

/** How many items there are; none of them is sent. */
export async function countItems(table: Table, query: Query): Promise<number> {
  const read: QueryCommandInput = { ...query, TableName: table.name, Select: 'COUNT' }
  let counted = 0
  let start: Item | undefined
  do {
    const page: QueryCommandOutput = await table.client.send(new QueryCommand({ ...read, ExclusiveStartKey: start }))
    counted += page.Count ?? 0
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return counted
}

/**
 * A page of at most `limit` entries, from `limit + 1` or more where there are any. `cursorOf` names its last entry, for
 * the next page to begin after.
 */
export function pageOf<Entry>(
  entries: readonly Entry[],
  limit: number,
  cursorOf: (last: Entry) => string,
): Page<Entry> {
  const items = entries.slice(0, limit)
  const last = items.at(-1)
  return { items, next: entries.length > limit && last !== undefined ? cursorOf(last) : null }
}
