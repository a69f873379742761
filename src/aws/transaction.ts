import {
  type CancellationReason,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Table } from './table'

/** What ends a transaction besides its conditions, and is over in a moment. */
const passing = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']

/** Null: it was made. Else what ended it: its conditions, or what passes. Everything else is thrown. */
export async function attemptTransaction(
  { client }: Pick<Table, 'client'>,
  writes: readonly TransactWriteItem[],
): Promise<TransactionCanceledException | null> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [...writes] }))
    return null
  } catch (error) {
    if (error instanceof TransactionCanceledException && isExpected(error)) return error
    throw error
  }
}

function isExpected({ CancellationReasons = [] }: TransactionCanceledException): boolean {
  const expected = ['None', 'ConditionalCheckFailed', ...passing]
  return CancellationReasons.length > 0 && CancellationReasons.every(({ Code = 'None' }) => expected.includes(Code))
}

export function hasFailed(reason: CancellationReason | undefined): reason is CancellationReason {
  return reason?.Code === 'ConditionalCheckFailed'
}

export const maximumAttempts = 8
const firstPauseMilliseconds = 20

/** Waits before the attempt that follows this one, longer each time. */
export function pauseAfter(attempt: number): Promise<void> {
  return sleep(Math.random() * firstPauseMilliseconds * 2 ** attempt)
}

/**
 * All of the writes, or none. The places of those whose condition does not hold; empty: they were made.
 * @throws what no condition says; also where other writes of the same items come first 8 times
 */
export async function writeTogether(table: Table, writes: readonly TransactWriteItem[]): Promise<readonly number[]> {
  for (let attempt = 1; ; attempt += 1) {
    const refusal = await attemptTransaction(table, writes)
    if (refusal === null) return []
    const reasons = refusal.CancellationReasons ?? []
    const failed = reasons.flatMap((reason, place) => (hasFailed(reason) ? [place] : []))
    if (failed.length > 0) return failed
    if (attempt === maximumAttempts) throw refusal
    await pauseAfter(attempt)
  }
}
