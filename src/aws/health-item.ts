import {
  ConditionalCheckFailedException,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { type DeliveryHealth, type LastStatus, attemptSlots, neverDelivered } from '../delivery/health'
import type { EndpointAddress } from '../rotation/ports'
import { healthItemKey } from './item-keys'
import { count, decodeItem, instant, type Item, orNull, toItem } from './items'
import type { Table } from './table'

const counter = v.optional(count, 0)
const lease = orNull(v.string())
const schema = v.object({
  incarnation: v.string(),
  consecutiveFailures: counter,
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
  lease0: lease,
  lease1: lease,
  lease2: lease,
  lease3: lease,
  lease4: lease,
})
/** The health item of an endpoint: counters, the automatic pause, and the slots of its attempts. */
export type HealthItem = v.InferOutput<typeof schema>
/** @throws {Error} that names the malformed attribute */
export function healthItemOf(item: Item): HealthItem {
  return decodeItem(schema, item)
}
export function healthOf(item: HealthItem | null): DeliveryHealth {
  if (item === null) return neverDelivered
  const { responses, responseMs } = item
  return {
    consecutiveFailures: item.consecutiveFailures,
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
/** What the slots hold, by slot: `<until>#<message id>`, or null. */
export function leasesOf({ lease0, lease1, lease2, lease3, lease4 }: HealthItem): readonly (string | null)[] {
  return [lease0, lease1, lease2, lease3, lease4].slice(0, attemptSlots)
}
/** The health item, of whichever life; null: none is stored. Read consistently. */
export async function loadHealth({ client, name }: Table, key: EndpointAddress): Promise<HealthItem | null> {
  const get = new GetItemCommand({ TableName: name, Key: toItem(healthItemKey(key)), ConsistentRead: true })
  const { Item } = await client.send(get)
  return Item === undefined ? null : healthItemOf(Item)
}
export type HealthUpdate = Omit<UpdateItemCommandInput, 'TableName' | 'Key' | 'ReturnValues'>
/** The health item as it is after the update, or null where the update's condition does not hold. */
export async function updateHealth(
  table: Table,
  key: EndpointAddress,
  wanted: HealthUpdate,
): Promise<HealthItem | null> {
  const place = { TableName: table.name, Key: toItem(healthItemKey(key)) }
  try {
    const update = new UpdateItemCommand({ ...place, ...wanted, ReturnValues: 'ALL_NEW' })
    const { Attributes = {} } = await table.client.send(update)
    return healthItemOf(Attributes)
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null
    throw error
  }
}
export interface HealthChange {
  readonly expression: string
  readonly condition?: string
  readonly values: Readonly<Record<string, string | number>>
  readonly signal?: AbortSignal
}
