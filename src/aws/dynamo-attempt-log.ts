import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { AttemptRecord } from '../delivery/attempt'
import { type FailureKind, failureMessages } from '../delivery/http-sender'
import type { AttemptLog } from '../delivery/ports'
import type { EndpointAddress, Page, PageRequest } from '../rotation/ports'
import { attemptItemKey, attemptsOf, timeToLive } from './item-keys'
import { count, decodeItem, instant, orNull, toItem, valuesOf } from './items'
import { pageOf, queryItems } from './queries'
import type { Table } from './table'

// The keys of an object of ours.
const failureKinds = Object.keys(failureMessages) as FailureKind[]

const schema = v.object({
  id: v.string(),
  messageId: v.string(),
  eventType: v.string(),
  kind: v.picklist(['delivery', 'test']),
  number: count,
  at: instant,
  durationMs: count,
  status: orNull(count),
  error: orNull(v.picklist(failureKinds)),
  response: v.string(),
  keyIds: v.array(v.string()),
})

/** The kind of an item that leads to a delivery that failed without an attempt, and is none itself. */
const stopped = 'stopped'

/** Attempts in DynamoDB, under a key made of time and id. */
export function dynamoAttemptLog(table: Table): AttemptLog {
  return {
    record: async (key, attempt) => {
      const item = toItem({ ...attemptItemKey(key, place(attempt)), ...attempt, ttl: timeToLive(attempt.at) })
      await table.client.send(new PutItemCommand({ TableName: table.name, Item: item }))
    },
    recordStop: async (delivery, at) => {
      const { messageId } = delivery
      const key = attemptItemKey(delivery, place({ at, id: messageId }))
      const item = toItem({ ...key, messageId, kind: stopped, ttl: timeToLive(at) })
      await table.client.send(new PutItemCommand({ TableName: table.name, Item: item }))
    },
    list: (key, page) => list(table, key, page),
  }
}

async function list(table: Table, key: EndpointAddress, { limit, after }: PageRequest): Promise<Page<AttemptRecord>> {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: 'kind <> :stopped',
    ExpressionAttributeValues: valuesOf(Object.entries({ pk: attemptsOf(key), stopped })),
    ScanIndexForward: false,
    ConsistentRead: true,
  }
  const start = after === null ? null : attemptItemKey(key, after)
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  return pageOf(
    items.map(item => decodeItem(schema, item)),
    limit,
    place,
  )
}

function place({ at, id }: Pick<AttemptRecord, 'at' | 'id'>): string {
  return `${at.toISOString()}#${id}`
}
