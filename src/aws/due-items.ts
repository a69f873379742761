import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { decodeItem } from './decode-item'
import { dueShards } from './due-shard'
import type { ItemKey } from './item-key'
import type { Item } from './storable'
import type { Table } from './table'
import { dueIndex } from './table-definition'
import { valuesOf } from './update-of'

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
