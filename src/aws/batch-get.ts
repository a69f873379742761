import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb'
import type { BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb'
import type { ItemKey } from './item-key'
import { toItem } from './storable'
import type { Item } from './storable'
import type { Table } from './table'

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
