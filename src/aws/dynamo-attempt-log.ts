import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { AttemptRecord } from '../delivery/attempt'
import { type FailureKind, failureMessages } from '../delivery/failure'
import type { AttemptLog } from '../delivery/ports'
import type { EndpointAddress, Page, PageRequest } from '../rotation/ports'
import { attemptItemKey, attemptPartition, placeInTime, timeToLive } from './item-keys'
import { count, decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { pageOf, queryItems } from './queries'
import type { Table } from './table'

/** The kind of an item that leads to a delivery that failed without an attempt, and is none itself. */
const unattempted = 'stopped'

/** Attempts in DynamoDB, under an item key made of time and id. */
export function dynamoAttemptLog(table: Table): AttemptLog {
  const put = async (item: Item): Promise<void> => {
    await table.client.send(new PutItemCommand({ TableName: table.name, Item: item }))
  }
  return {
    record: (address, attempt) => put(attemptItem(address, attempt)),
    recordUnattempted: async (delivery, at) => {
      const { messageId } = delivery
      const itemKey = attemptItemKey(delivery, placeInTime({ at, id: messageId }))
      await put(toItem({ ...itemKey, messageId, kind: unattempted, ttl: timeToLive(at) }))
    },
    list: (address, page) => list(table, address, page),
  }
}

/** Functions from before know no probes, and read them as tests. */
function kindItem(kind: AttemptRecord['kind']): Readonly<Record<string, unknown>> {
  return kind === 'probe' ? { kind: 'test', isProbe: true } : { kind }
}

function attemptOf({ isProbe, ...attempt }: v.InferOutput<typeof schema>): AttemptRecord {
  return isProbe === true ? { ...attempt, kind: 'probe' } : attempt
}

/** The attempt as an item. */
export function attemptItem(address: EndpointAddress, attempt: AttemptRecord): Item {
  const { kind, ...said } = attempt
  const itemKey = attemptItemKey(address, placeInTime(attempt))
  return toItem({ ...itemKey, ...said, ...kindItem(kind), ttl: timeToLive(attempt.at) })
}

async function list(
  table: Table,
  address: EndpointAddress,
  { limit, after }: PageRequest,
): Promise<Page<AttemptRecord>> {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    FilterExpression: 'kind <> :unattempted',
    ExpressionAttributeValues: valuesOf({ pk: attemptPartition(address), unattempted }),
    ScanIndexForward: false,
    ConsistentRead: true,
  }
  const start = after === null ? null : attemptItemKey(address, after)
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  const attempts = items.map(item => attemptOf(decodeItem(schema, item)))
  return pageOf(attempts, limit, placeInTime)
}

// The keys of an object of ours.
const failureKinds = Object.keys(failureMessages) as FailureKind[]

const schema = v.object({
  id: v.string(),
  messageId: v.string(),
  eventType: v.string(),
  kind: v.picklist(['delivery', 'test']),
  isProbe: v.exactOptional(v.boolean()),
  number: count,
  at: instant,
  durationMs: count,
  status: orNull(count),
  error: orNull(v.picklist(failureKinds)),
  // Texts that were stored before may end in half a character.
  response: v.pipe(
    v.string(),
    v.transform(text => text.toWellFormed()),
  ),
  keyIds: v.array(v.string()),
})
