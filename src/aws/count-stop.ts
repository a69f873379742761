import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { EndpointLife } from '../delivery/health-store'
import { isOfThisLife } from './attempt-lease'
import { healthItemKey } from './delivery-item-key'
import { outcomeOf } from './table'
import type { Table } from './table'
import { valuesOf } from './update-of'

const change =
  'SET incarnation = :incarnation, lastDeliveryStatus = :failed, lastDeliveryAt = if_not_exists(lastDeliveryAt, :at) ' +
  'ADD deliveriesFailed :one'

/** Counts a delivery that failed without an attempt; of an endpoint that nothing was attempted at yet, too. */
export async function countStop({ client, name }: Table, life: EndpointLife, at: Date): Promise<void> {
  const { incarnation } = life
  const values = { incarnation, failed: 'failed', at: at.toISOString(), one: 1 }
  const update = new UpdateItemCommand({
    TableName: name,
    Key: marshall(healthItemKey(life)),
    UpdateExpression: change,
    ConditionExpression: isOfThisLife,
    ExpressionAttributeValues: valuesOf(Object.entries(values)),
  })
  await outcomeOf(client.send(update))
}
