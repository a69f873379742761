import { isOfThisLife } from './attempt-lease'
import type { Table } from './table'
import { updateHealth } from './update-health'
import { valuesOf } from './update-of'
import type { EndpointLife } from "../endpoints/endpoint-store";

const change =
  'SET incarnation = :incarnation, lastDeliveryStatus = :failed, lastDeliveryAt = if_not_exists(lastDeliveryAt, :at) ' +
  'ADD deliveriesFailed :one'

/** Counts a delivery that failed without an attempt; of an endpoint that nothing was attempted at yet, too. */
export async function countStop(table: Table, life: EndpointLife, at: Date): Promise<void> {
  const { incarnation } = life
  const values = { incarnation, failed: 'failed', at: at.toISOString(), one: 1 }
  await updateHealth(table, life, {
    UpdateExpression: change,
    ConditionExpression: isOfThisLife,
    ExpressionAttributeValues: valuesOf(Object.entries(values)),
  })
}
