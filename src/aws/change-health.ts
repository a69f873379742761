import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { healthItemKey } from './delivery-item-key'
import { outcomeOf } from './table'
import type { Table } from './table'
import { valuesOf } from './update-of'
import { toItem } from './storable'
import type { EndpointLife } from "../endpoints/endpoint-store";

const isOfThisLife = 'incarnation = :incarnation'

export interface HealthChange {
  readonly expression: string
  readonly condition?: string
  readonly values: Readonly<Record<string, string | number>>
  readonly signal?: AbortSignal
}

/** Changes the item of this life; where there is none, nothing needs the change. */
export async function changeHealth({ client, name }: Table, life: EndpointLife, wanted: HealthChange): Promise<void> {
  const { expression, condition, values, signal } = wanted
  const update = new UpdateItemCommand({
    TableName: name,
    Key: toItem(healthItemKey(life)),
    UpdateExpression: expression,
    ConditionExpression: condition === undefined ? isOfThisLife : `${isOfThisLife} AND ${condition}`,
    ExpressionAttributeValues: valuesOf(Object.entries({ ...values, incarnation: life.incarnation })),
  })
  await outcomeOf(client.send(update, signal === undefined ? {} : { abortSignal: signal }))
}
