import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb'
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { DeliveryAddress } from '../delivery/delivery'
import type { EndpointAddress } from '../rotation/ports'
import type { ItemKey } from './item-keys'
import { decodeItem, type Item, valuesOf } from './items'
import { dueIndex, type Table } from './table'

// How the sweep finds what is due: an item that waits for it has `dueAt`, and `dueShard`, which this file decides.

/** Shards of each kind of item, so that no single partition of the index takes every change. */
const shards = 16
/** Each kind has shards of its own, so that one never starves the other: endpoints 0…15, deliveries 16…31. */
export const firstEndpointShard = 0
export const firstDeliveryShard = 16

/** The shard of an endpoint, 0…15: always the same for the same ids. */
export function dueShardOf({ tenantId, endpointId }: EndpointAddress): number {
  return firstEndpointShard + hashOf(`${tenantId}#${endpointId}`)
}

/** The shard of a delivery, 16…31, by its message: those of one endpoint are in all of them. */
export function deliveryShardOf({ tenantId, messageId }: DeliveryAddress): number {
  return firstDeliveryShard + hashOf(`${tenantId}#${messageId}`)
}

function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt8(0) % shards
}

export interface DueQuery {
  /** The least shard of the kind of item. */
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
  return Array.from({ length: shards }, (_, shard) => firstShard + shard)
}

function dueInShard(table: Table, { now, limit }: DueQuery, { shard, ...start }: Place): Promise<QueryCommandOutput> {
  return table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: dueIndex,
      KeyConditionExpression: 'dueShard = :shard AND dueAt <= :now',
      ExpressionAttributeValues: valuesOf({ shard, now }),
      Limit: limit,
      ...start,
    }),
  )
}

const schema = v.object({ pk: v.string(), sk: v.string(), dueAt: v.string() })

function inOrder(replies: readonly QueryCommandOutput[]): readonly ItemKey[] {
  const items = replies.flatMap(({ Items = [] }) => Items.map(item => decodeItem(schema, item)))
  return items.toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
}
