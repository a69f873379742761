import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { EndpointKey } from '../endpoints/endpoint-store'
import { healthItemKey } from './delivery-item-key'
import { healthItemOf, type HealthItem } from './health-item'
import type { Table } from './table'
import { toItem } from './storable'

/** The health item, of whichever life; null: none is stored. Read consistently. */
export async function loadHealth({ client, name }: Table, key: EndpointKey): Promise<HealthItem | null> {
  const get = new GetItemCommand({ TableName: name, Key: toItem(healthItemKey(key)), ConsistentRead: true })
  const { Item } = await client.send(get)
  return Item === undefined ? null : healthItemOf(Item)
}
