import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { type DeliveryHealth, type LastStatus, neverDelivered } from '../delivery/health'
import type { EndpointAddress } from '../rotation/ports'
import { adoptions } from '../rotation/proof'
import { unlessConflict } from './conditional-write'
import { healthItemKey } from './item-keys'
import { count, decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { getItem } from './queries'
import type { Table } from './table'

// One item an endpoint, beside the endpoint's own: what it holds, and how it is read and changed.

const counter = v.optional(count, 0)

const schema = v.object({
  /** The life of the endpoint that all the rest is of. */
  incarnation: v.string(),
  consecutiveFailures: counter,
  failingSince: orNull(instant),
  failingTold: orNull(instant),
  usedUpInRow: counter,
  errorsSinceLastSuccess: counter,
  lastSuccessAt: orNull(instant),
  lastFailureAt: orNull(instant),
  responses: counter,
  responseMs: counter,
  lastResponseTimeMs: orNull(count),
  lastStatusCode: orNull(count),
  lastStatusMessage: orNull(v.string()),
  lastDeliveryAt: orNull(instant),
  lastDeliveryStatus: orNull(v.picklist(['success', 'failed', 'pending'])),
  deliveriesCount: counter,
  deliveriesSucceeded: counter,
  deliveriesFailed: counter,
  pausedAt: orNull(instant),
  pausedReason: orNull(v.string()),
  dueAt: orNull(instant),
  recoverAfter: orNull(v.string()),
  recoverUntil: orNull(instant),
  proofs: v.optional(
    v.array(v.object({ keyId: v.string(), urlHash: v.string(), adoption: v.picklist(adoptions), at: instant })),
    [],
  ),
  /** Rises with each change of the proofs. */
  proofChanges: counter,
})

/** The health item of an endpoint: counters, the automatic pause, and what is planned. */
export type HealthItem = v.InferOutput<typeof schema>

/** The health item, of whichever life; null: none is stored. Read consistently. */
export async function loadHealthItem(table: Table, address: EndpointAddress): Promise<HealthItem | null> {
  const item = await getItem(table, healthItemKey(address))
  return item === null ? null : healthItemOf(item)
}

/** @throws {Error} that names the malformed attribute */
export function healthItemOf(item: Item): HealthItem {
  return decodeItem(schema, item)
}

/** What is counted in the item. */
export function healthOf(item: HealthItem | null): DeliveryHealth {
  if (item === null) return neverDelivered
  const { responses, responseMs } = item
  return {
    consecutiveFailures: item.consecutiveFailures,
    failingSince: item.failingSince,
    usedUpInRow: item.usedUpInRow,
    errorsSinceLastSuccess: item.errorsSinceLastSuccess,
    lastSuccessAt: item.lastSuccessAt,
    lastFailureAt: item.lastFailureAt,
    avgResponseTimeMs: responses === 0 ? null : Math.round(responseMs / responses),
    lastResponseTimeMs: item.lastResponseTimeMs,
    lastStatus: lastStatusOf(item),
    deliveriesCount: item.deliveriesCount,
    deliveriesSucceeded: item.deliveriesSucceeded,
    deliveriesFailed: item.deliveriesFailed,
    lastDeliveryAt: item.lastDeliveryAt,
    lastDeliveryStatus: item.lastDeliveryStatus,
    pausedAt: item.pausedAt,
    pausedReason: item.pausedReason,
  }
}

function lastStatusOf({ lastStatusCode, lastStatusMessage, lastDeliveryAt }: HealthItem): LastStatus | null {
  if (lastStatusMessage === null || lastDeliveryAt === null) return null
  return { code: lastStatusCode, message: lastStatusMessage, timestamp: lastDeliveryAt }
}

/** A change of the item. Where one of its conditions does not hold, nothing is changed. */
export interface HealthUpdate {
  readonly expression: string
  readonly conditions: readonly string[]
  /** Of the expression and the conditions, without the colon. */
  readonly values: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
}

/** The item as it is after the update, or null where one of the update's conditions does not hold. */
export async function updateHealthItem(
  table: Table,
  address: EndpointAddress,
  update: HealthUpdate,
): Promise<HealthItem | null> {
  const input = { ...updateInput(table, address, update), ReturnValues: 'ALL_NEW' } as const
  const reply = await unlessConflict(table.client.send(new UpdateItemCommand(input), optionsOf(update)))
  return reply === null ? null : healthItemOf(reply.Attributes ?? {})
}

/** Updates the item where the update's conditions hold. */
export async function changeHealthItem(table: Table, address: EndpointAddress, update: HealthUpdate): Promise<void> {
  const input = updateInput(table, address, update)
  await unlessConflict(table.client.send(new UpdateItemCommand(input), optionsOf(update)))
}

function updateInput(
  { name }: Table,
  address: EndpointAddress,
  { expression, conditions, values }: HealthUpdate,
): UpdateItemCommandInput {
  return {
    TableName: name,
    Key: toItem(healthItemKey(address)),
    UpdateExpression: expression,
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeValues: valuesOf(values),
  }
}

function optionsOf({ signal }: HealthUpdate): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}
