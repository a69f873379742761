import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'

// Apart from the table's definition: whoever only builds a stack has no AWS SDK.

/** The condition of a write that makes an item and replaces none. */
export const isAbsent = 'attribute_not_exists(pk)'

/** What a conditional write answers, or null where its condition does not hold. Everything else is thrown. */
export async function unlessConflict<Reply>(write: Promise<Reply>): Promise<Reply | null> {
  try {
    return await write
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null
    throw error
  }
}

/** The outcome of a conditional write: only its failed condition is a `conflict`, everything else is thrown. */
export async function outcomeOf(write: Promise<object>): Promise<'stored' | 'conflict'> {
  return (await unlessConflict(write)) === null ? 'conflict' : 'stored'
}
