import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { CancellationReason, TransactionCanceledException, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { addSeconds } from '../core/instant'
import { isAbsent, outcomeOf } from './conditional-write'
import { endpointCountKey } from './item-keys'
import { count, decodeItem, instant, toItem, valuesOf } from './items'
import { countItems, type Query } from './queries'
import type { Table } from './table'
import { attemptTransaction, hasFailed, maximumAttempts, pauseAfter } from './transaction'

// How many live endpoints a tenant has: one item a tenant, changed in one transaction with the endpoint that comes or
// goes. So neither a crash nor a lost reply parts the two, and a repeat, whose endpoint is there already, counts nothing.

/** A write that makes an endpoint live, or ends its life. */
export interface CountedWrite {
  readonly tenantId: string
  /** The conditional write of the endpoint. */
  readonly write: TransactWriteItem
  /** What finds the tenant's live endpoints, to count them one by one. */
  readonly live: Query
  /** How many live endpoints the tenant may have afterwards; null: the write ends one's life. */
  readonly most: number | null
  readonly at: Date
}

/** The tenant has fewer than it may have. It does not hold where nothing was counted yet. */
const isBelow = 'live < :most'
/** Somebody has counted. */
const isCounted = 'attribute_exists(pk)'
/** No endpoint came or went since the writer read the count. */
const isUnchanged = 'changes = :changes'

/** A refusal rests on a count that is no older: functions of earlier versions make and delete without counting. */
const freshSeconds = 60 * 60

/**
 * Makes the write together with its count, or neither. `full`: the tenant has as many live endpoints as it may have.
 * Where nothing was counted yet, or long ago, and the count stands in the way, the endpoints themselves are counted.
 * @throws what is neither of the two conditions; also where other writes of the tenant come first 8 times
 */
export async function writeCounted(table: Table, counted: CountedWrite): Promise<'stored' | 'conflict' | 'full'> {
  for (let attempt = 1; ; attempt += 1) {
    const refusal = await attemptOf(table, counted)
    if (refusal === null) return 'stored'
    const [ofEndpoint, ofCount] = refusal.CancellationReasons ?? []
    if (hasFailed(ofEndpoint)) return 'conflict'
    if (attempt === maximumAttempts) throw refusal
    if (!hasFailed(ofCount)) await pauseAfter(attempt)
    else if (isFresh(ofCount, counted)) return 'full'
    else await countAnew(table, counted, ofCount)
  }
}

/** Null: it was made. */
async function attemptOf(
  { client, name }: Table,
  { tenantId, write, most }: CountedWrite,
): Promise<TransactionCanceledException | null> {
  const step = most === null ? -1 : 1
  const update = {
    TableName: name,
    Key: toItem(endpointCountKey(tenantId)),
    UpdateExpression: 'SET live = live + :step, changes = changes + :one',
    ConditionExpression: most === null ? isCounted : isBelow,
    ExpressionAttributeValues: valuesOf({ step, one: 1, ...(most !== null && { most }) }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  }
  return attemptTransaction({ client }, [write, { Update: update }])
}

function isFresh(reason: CancellationReason, { at }: CountedWrite): boolean {
  const stored = storedCount(reason)
  return stored !== null && at < addSeconds(stored.countedAt, freshSeconds)
}

/** Null: nobody has counted yet. */
function storedCount({ Item }: CancellationReason): v.InferOutput<typeof schema> | null {
  return Item === undefined || Object.keys(Item).length === 0 ? null : decodeItem(schema, Item)
}

/** Counts the tenant's live endpoints, and keeps the number unless one came or went meanwhile. */
async function countAnew(
  table: Table,
  { tenantId, live, at }: CountedWrite,
  reason: CancellationReason,
): Promise<void> {
  const stored = storedCount(reason)
  const condition = stored === null ? isAbsent : isUnchanged
  const changes = stored?.changes ?? 0
  const values = { live: await countItems(table, live), next: changes + 1, at, ...(stored !== null && { changes }) }
  const update = new UpdateItemCommand({
    TableName: table.name,
    Key: toItem(endpointCountKey(tenantId)),
    UpdateExpression: 'SET live = :live, changes = :next, countedAt = :at',
    ConditionExpression: condition,
    ExpressionAttributeValues: valuesOf(values),
  })
  await outcomeOf(table.client.send(update))
}

const schema = v.object({ changes: count, countedAt: instant })
