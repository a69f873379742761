import * as v from 'valibot'
import { AwsError, type AwsRequest } from '../wire'
import type { Queue } from './queue'
import { queueNameOf } from './queue-names'
import type { Queues } from './queues'

/** One operation of SQS: the members of its reply. @throws {AwsError} every refusal */
export type SqsOperation = (context: SqsContext, input: AwsRequest['input']) => Promise<object>

/** What an operation works with. */
export interface SqsContext {
  readonly queues: Queues
  readonly region: string
  /** The host that the caller reached this by, for queue URLs. */
  readonly host: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Aborts when the caller hangs up or the server is to close: a wait ends then. */
  readonly signal: AbortSignal
}

/** The input of an operation on one queue. */
export const queueInput = v.object({ QueueUrl: v.string() })

/** The queue that a URL means. @throws {AwsError} `QueueDoesNotExist` */
export function findQueue({ queues, region }: SqsContext, url: string): Queue {
  return queues.find(region, queueNameOf(url))
}

/** The entries of a batch operation. */
export function entriesOf<Schema extends v.ObjectEntries>(entry: Schema) {
  return v.array(v.object({ Id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,80}$/)), ...entry }))
}

/**
 * Does each entry's work at once and answers each by itself: `{Successful, Failed}`.
 * @throws {AwsError} when the batch as a whole is refused
 */
export async function inBatch<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<object>,
): Promise<object> {
  checkEntries(entries)
  const outcomes = await Promise.all(entries.map(entry => outcomeOf(entry, work)))
  return {
    Successful: outcomes.flatMap(({ success }) => success ?? []),
    Failed: outcomes.flatMap(({ failure }) => failure ?? []),
  }
}

const mostEntries = 10

function checkEntries(entries: readonly { readonly Id: string }[]): void {
  if (entries.length === 0) {
    throw new AwsError('EmptyBatchRequest', 'There should be at least one entry in the request.')
  }
  if (entries.length > mostEntries) {
    throw new AwsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${mostEntries}.`)
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'The Ids of a batch must be distinct.')
  }
}

interface EntryOutcome {
  readonly success?: object
  readonly failure?: object
}

async function outcomeOf<Entry extends { readonly Id: string }>(
  entry: Entry,
  work: (entry: Entry) => Promise<object>,
): Promise<EntryOutcome> {
  try {
    return { success: { Id: entry.Id, ...(await work(entry)) } }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    return { failure: { Id: entry.Id, Code: error.type, Message: error.message, SenderFault: true } }
  }
}
