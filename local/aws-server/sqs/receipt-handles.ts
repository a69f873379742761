import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { entriesOf, findQueue, inBatch, queueInput, type SqsContext, type SqsOperation } from './operation'
import type { Queue } from './queue'

// What a receiver does with the handle of a message that it received: it deletes the message, or hides it for longer.

const handle = { ReceiptHandle: v.string() }
const deleteInput = v.object({ ...queueInput.entries, ...handle })
const deleteBatchInput = v.object({ ...queueInput.entries, Entries: entriesOf(handle) })

/** As in SQS, a handle that is no longer the message's last one deletes nothing, and is no error. */
export const deleteMessage: SqsOperation = async (context, input) => {
  const { QueueUrl, ReceiptHandle } = parseInput(deleteInput, input)
  return remove(context, findQueue(context, QueueUrl), ReceiptHandle)
}

export const deleteMessageBatch: SqsOperation = async (context, input) => {
  const { QueueUrl, Entries } = parseInput(deleteBatchInput, input)
  const queue = findQueue(context, QueueUrl)
  return inBatch(Entries, entry => remove(context, queue, entry.ReceiptHandle))
}

async function remove({ queues, now }: SqsContext, queue: Queue, receiptHandle: string): Promise<object> {
  const message = queue.byHandle(wellFormed(receiptHandle))
  if (message !== undefined) await queues.remove(queue, message, now())
  return {}
}

const hidden = { ...handle, VisibilityTimeout: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(43_200)) }
const hideInput = v.object({ ...queueInput.entries, ...hidden })
const hideBatchInput = v.object({ ...queueInput.entries, Entries: entriesOf(hidden) })

/** Hides a message that is in flight for `VisibilityTimeout` seconds from now; 0 makes it visible at once. */
export const changeMessageVisibility: SqsOperation = async (context, input) => {
  const { QueueUrl, ...entry } = parseInput(hideInput, input)
  return hide(context, findQueue(context, QueueUrl), entry)
}

export const changeMessageVisibilityBatch: SqsOperation = async (context, input) => {
  const { QueueUrl, Entries } = parseInput(hideBatchInput, input)
  const queue = findQueue(context, QueueUrl)
  return inBatch(Entries, entry => hide(context, queue, entry))
}

async function hide(
  { now }: SqsContext,
  queue: Queue,
  change: Omit<v.InferOutput<typeof hideInput>, 'QueueUrl'>,
): Promise<object> {
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
