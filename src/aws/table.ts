import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'

/** Keyturn's one DynamoDB table. */
export interface Table {
  readonly client: DynamoDBClient
  readonly name: string
}

/** The outcome of a conditional write: only its failed condition is a `conflict`, everything else is thrown. */
export async function outcomeOf(write: Promise<unknown>): Promise<'stored' | 'conflict'> {
  try {
    await write
    return 'stored'
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'conflict'
    throw error
  }
}
