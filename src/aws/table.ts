import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { ItemKey } from './item-keys'
import type { Item } from './items'

/** Keyturn's one DynamoDB table. */
export interface Table {
  readonly client: DynamoDBClient
  readonly name: string
  /** How single items are read, consistently. Absent: each by a request of its own. */
  readonly read?: (itemKey: ItemKey) => Promise<Item | null>
}

/** The index of what the sweep is to come by. Only items with `dueShard` and `dueAt` are in it. */
export const dueIndex = 'due'

/** The index by which an event finds its endpoints. Endpoints alone have both of its keys; key rings are not in it. */
export const subscriberIndex = 'subscribers'

/** The one table, for every kind of item, billed on demand. */
export function tableDefinition(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'dueShard', AttributeType: 'N' },
      { AttributeName: 'dueAt', AttributeType: 'S' },
      { AttributeName: 'tenantId', AttributeType: 'S' },
      { AttributeName: 'incarnation', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: dueIndex,
        KeySchema: [
          { AttributeName: 'dueShard', KeyType: 'HASH' },
          { AttributeName: 'dueAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: subscriberIndex,
        KeySchema: [
          { AttributeName: 'tenantId', KeyType: 'HASH' },
          { AttributeName: 'incarnation', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['id', 'contract', 'settings', 'deletedAt'] },
      },
    ],
  }
}
