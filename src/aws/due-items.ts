import { QueryCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { decodeItem } from './decode-item'
import { dueShards } from './due-shard'
import type { ItemKey } from './item-key'
import type { Table } from './table'
import { dueIndex } from './table-definition'
import { valuesOf } from './update-of'

const schema = v.object({ pk: v.string(), sk: v.string(), dueAt: v.string() })

type DueItem = v.InferOutput<typeof schema>

export interface DueQuery {
  /** The least of the 16 shards: each kind of item has shards of its own, so that one never starves another. */
  readonly firstShard: number
  readonly now: Date
  /** At most this many from each shard. */
  readonly limit: number
}

/** Keys of items that are due, earliest first. The index may lag behind the table. */
export async function dueItems(table: Table, query: DueQuery): Promise<readonly ItemKey[]> {
  const shards = Array.from({ length: dueShards }, (_, shard) => dueInShard(table, query, query.firstShard + shard))
  const items = (await Promise.all(shards)).flat()
  return items.toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
}

async function dueInShard(table: Table, { now, limit }: DueQuery, shard: number): Promise<readonly DueItem[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: dueIndex,
      KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
      ExpressionAttributeValues: valuesOf(Object.entries({ shard, now: now.toISOString() })),
      Limit: limit,
    }),
  )
  return Items.map(item => decodeItem(schema, item))
}
