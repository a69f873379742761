import { QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb'
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { DeliveryAddress } from '../delivery/delivery'
import type { DueKind } from '../rotation/endpoint'
import type { EndpointAddress } from '../rotation/ports'
import type { ItemKey } from './item-keys'
import { decodeItem, instant, type Item, valuesOf } from './items'
import { dueIndex, type Table } from './table'

// How the sweep finds what is due: an item that waits for it has `dueAt`, and `dueShard`, which this file decides.

/** Shards of one kind of work, so that no single partition of the index takes every change. */
interface Shards {
  readonly first: number
  readonly count: number
}

/** Each kind of work has shards of its own, so that one never waits for another. */
const shardsOf = {
  /** Endpoints with a change that is not settled. Versions before kept every endpoint that was due here. */
  unsettled: { first: 0, count: 16 },
  /** Deliveries whose next attempt has its time. */
  deliveries: { first: 16, count: 16 },
  /** Endpoints that are to be looked at again at a set time. */
  planned: { first: 32, count: 4 },
  /** Endpoints that Keyturn has paused, until their next test, and those whose backlog is being sent again. */
  recoveries: { first: 36, count: 4 },
  /** Endpoints whose mirrors are to be looked at. */
  look: { first: 40, count: 4 },
} as const satisfies Readonly<Record<DueKind | 'deliveries' | 'recoveries', Shards>>

/** The shard of an endpoint that waits for this: always the same for the same ids. */
export function dueShardOf({ tenantId, endpointId }: EndpointAddress, kind: DueKind): number {
  return shardAmong(shardsOf[kind], `${tenantId}#${endpointId}`)
}

/** The shard of a delivery, by its message: those of one endpoint are in all of them. */
export function deliveryShardOf({ tenantId, messageId }: DeliveryAddress): number {
  return shardAmong(shardsOf.deliveries, `${tenantId}#${messageId}`)
}

/** The shard of an endpoint that is to be tested, or whose backlog is being sent again. */
export function recoveryShardOf({ tenantId, endpointId }: EndpointAddress): number {
  return shardAmong(shardsOf.recoveries, `${tenantId}#${endpointId}`)
}

function shardAmong({ first, count }: Shards, text: string): number {
  return first + (createHash('sha256').update(text).digest().readUInt8(0) % count)
}

export interface DueQuery {
  readonly kind: keyof typeof shardsOf
  /** Absent: since ever. */
  readonly since?: Date | null
  readonly until: Date
  /** At most this many from each shard in one page. Absent: as many as DynamoDB gives. */
  readonly limit?: number
}

/** The key of an item that is due, and since when. */
export interface DueItem extends ItemKey {
  readonly dueAt: Date
}

/** What is due, in pages, until there are no more; in order within each. The index may lag behind the table. */
export async function* duePages(table: Table, query: DueQuery): AsyncGenerator<readonly DueItem[], void> {
  const { first, count } = shardsOf[query.kind]
  let places: readonly Place[] = Array.from({ length: count }, (_, place) => ({ shard: first + place }))
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

const ever = new Date(0)

function dueInShard(table: Table, query: DueQuery, { shard, ...start }: Place): Promise<QueryCommandOutput> {
  const { since, until, limit } = query
  return table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: dueIndex,
      KeyConditionExpression: 'dueShard = :shard AND dueAt BETWEEN :since AND :until',
      ExpressionAttributeValues: valuesOf({ shard, since: since ?? ever, until }),
      Limit: limit,
      ...start,
    }),
  )
}

const schema = v.object({ pk: v.string(), sk: v.string(), dueAt: instant })

function inOrder(replies: readonly QueryCommandOutput[]): readonly DueItem[] {
  const items = replies.flatMap(({ Items = [] }) => Items.map(item => decodeItem(schema, item)))
  return items.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
}
