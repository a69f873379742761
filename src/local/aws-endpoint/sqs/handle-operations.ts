import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import { entriesOf, inBatch } from './batch'
import type { SqsContext, SqsOperation } from './operation'
import type { Queue } from './queue'
import { findQueue } from './queue-operations'

const url = { QueueUrl: v.string() }
const handle = { ReceiptHandle: v.string() }
const visibility = { VisibilityTimeout: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(43_200)) }

/** A handle that is no more the message's last one deletes nothing, and is no error: as in SQS. */
export const deleteMessage: SqsOperation = async (context, input) => {
  const { QueueUrl, ReceiptHandle } = parseInput(v.object({ ...url, ...handle }), input)
  return remove(context, findQueue(context, QueueUrl), ReceiptHandle)
}

export const deleteMessageBatch: SqsOperation = async (context, input) => {
  const { QueueUrl, Entries } = parseInput(v.object({ ...url, Entries: entriesOf(handle) }), input)
  const queue = findQueue(context, QueueUrl)
  return inBatch(Entries, entry => remove(context, queue, entry.ReceiptHandle))
}

export const changeMessageVisibility: SqsOperation = async (context, input) => {
  const { QueueUrl, ...entry } = parseInput(v.object({ ...url, ...handle, ...visibility }), input)
  return changeVisibility(context, findQueue(context, QueueUrl), entry)
}

export const changeMessageVisibilityBatch: SqsOperation = async (context, input) => {
  const { QueueUrl, Entries } = parseInput(
    v.object({ ...url, Entries: entriesOf({ ...handle, ...visibility }) }),
    input,
  )
  const queue = findQueue(context, QueueUrl)
  return inBatch(Entries, entry => changeVisibility(context, queue, entry))
}

async function remove({ queues }: SqsContext, queue: Queue, receiptHandle: string): Promise<object> {
  const message = queue.byHandle(wellFormed(receiptHandle))
  if (message !== undefined) await queues.remove(queue, message)
  return {}
}

interface VisibilityChange {
  readonly ReceiptHandle: string
  readonly VisibilityTimeout: number
}

async function changeVisibility({ now }: SqsContext, queue: Queue, change: VisibilityChange): Promise<object> {
  const message = queue.byHandle(wellFormed(change.ReceiptHandle))
  if (message === undefined || message.visibleAt <= now()) {
    throw new AwsError('MessageNotInflight', 'The message is not in flight.')
  }
  queue.hide(message, now() + change.VisibilityTimeout * 1000)
  return {}
}

function wellFormed(receiptHandle: string): string {
  if (/^[0-9a-f-]{36}#[0-9a-f-]{36}$/.test(receiptHandle)) return receiptHandle
  throw new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is not valid.')
}
