import { QueryCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { EndpointKey } from '../endpoints/endpoint-store'
import { decodeItem } from './decode-item'
import { dueShards } from './due-shard'
import { endpointKeyOf } from './item-key'
import type { Table } from './table'
import { dueIndex } from './table-definition'
import { valuesOf } from './update-of'

const schema = v.object({ pk: v.string(), sk: v.string(), dueAt: v.string() })

type DueItem = v.InferOutput<typeof schema>

/** Endpoints that are due, earliest first, at most `limit` from each shard. The index may lag behind the table. */
export async function dueEndpoints(table: Table, now: Date, limit: number): Promise<readonly EndpointKey[]> {
  const shards = Array.from({ length: dueShards }, (_, shard) => dueInShard(table, { shard, now, limit }))
  const items = (await Promise.all(shards)).flat()
  return items.toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1)).map(endpointKeyOf)
}

interface ShardQuery {
  readonly shard: number
  readonly now: Date
  readonly limit: number
}

async function dueInShard(table: Table, { shard, now, limit }: ShardQuery): Promise<readonly DueItem[]> {
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
