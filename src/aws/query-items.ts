import { QueryCommand } from '@aws-sdk/client-dynamodb'
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { Page } from '../endpoints/endpoint-store'
import type { ItemKey } from './item-key'
import { toItem } from './storable'
import type { Item } from './storable'
import type { Table } from './table'

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
