import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb'
import type { EndpointKey } from '../endpoints/endpoint-store'
import { healthItemKey } from './delivery-item-key'
import { healthItemOf, type HealthItem } from './health-item'
import type { Table } from './table'
import { toItem } from './storable'

export type HealthUpdate = Omit<UpdateItemCommandInput, 'TableName' | 'Key' | 'ReturnValues'>

/** The health item as it is after the update, or null where the update's condition does not hold. */
export async function updateHealth(table: Table, key: EndpointKey, wanted: HealthUpdate): Promise<HealthItem | null> {
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
