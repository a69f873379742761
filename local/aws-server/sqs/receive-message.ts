import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { entriesOf, inBatch } from './batch'
import { numberOf, type Queue, redrivePolicy, untilChange } from './queue'
import { findQueue } from './queues'
import { attributesMd5, bodyMd5 } from './send-message'
import type { SqsContext, SqsOperation } from './operation'
import type { MessageAttributes, QueuedMessage } from './message'

const names = v.optional(v.array(v.string()), [])
const seconds = (most: number) => v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most)))
const schema = v.object({
  QueueUrl: v.string(),
  MaxNumberOfMessages: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)), 1),
  VisibilityTimeout: seconds(43_200),
  WaitTimeSeconds: seconds(20),
  AttributeNames: names,
  MessageSystemAttributeNames: names,
  MessageAttributeNames: names,
})

type Receive = v.InferOutput<typeof schema>

/** Waits for a message, where it is asked to, until there is one, the caller hangs up, or the endpoint closes. */
export const receiveMessage: SqsOperation = async (context, input) => {
  const wanted = parseInput(schema, input)
  const queue = findQueue(context, wanted.QueueUrl)
  const waitSeconds = wanted.WaitTimeSeconds ?? numberOf(queue.attributes, 'ReceiveMessageWaitTimeSeconds')
  const deadline = performance.now() + waitSeconds * 1000
  let messages = await take(context, queue, wanted)
  while (messages.length === 0 && performance.now() < deadline && !context.signal.aborted) {
    await untilChange(queue, { ...context, deadline })
    messages = await take(context, queue, wanted)
  }
  return messages.length === 0 ? {} : { Messages: messages }
}

async function take(context: SqsContext, queue: Queue, wanted: Receive): Promise<readonly object[]> {
  if (context.signal.aborted) return []
  const now = context.now()
  const taken: object[] = []
  const timeout = wanted.VisibilityTimeout ?? numberOf(queue.attributes, 'VisibilityTimeout')
  const leaving: Promise<void>[] = []
  for (const message of queue.first(wanted.MaxNumberOfMessages, now)) {
    const left = leave(context, queue, message)
    if (left === null)
      taken.push(received(message, queue.receive(message, { now, until: now + timeout * 1000 }), wanted))
    else leaving.push(left)
  }
  await Promise.all(leaving)
  return taken
}

/** Takes a message away that is too old, or was received too often; null: it stays. */
function leave({ queues, region, now }: SqsContext, queue: Queue, message: QueuedMessage): Promise<void> | null {
  const oldest = now() - numberOf(queue.attributes, 'MessageRetentionPeriod') * 1000
  if (message.sentAt <= oldest) return queues.remove(queue, message)
  const policy = redrivePolicy(queue.attributes)
  if (policy === null || message.receiveCount < policy.maxReceiveCount) return null
  return queues.move(message, queue, queues.find(region, policy.deadLetterTargetArn.split(':').at(-1) ?? ''))
}

function received(message: QueuedMessage, handle: string, wanted: Receive): object {
  const system = [...wanted.AttributeNames, ...wanted.MessageSystemAttributeNames]
  const attributes = Object.entries(systemAttributes(message)).filter(([name]) => asked(system, name))
  const own = Object.entries(message.attributes).filter(([name]) => asked(wanted.MessageAttributeNames, name))
  const given: MessageAttributes = Object.fromEntries(own)
  return {
    MessageId: message.id,
    ReceiptHandle: handle,
    Body: message.body,
    MD5OfBody: bodyMd5(message.body),
    ...(attributes.length === 0 ? {} : { Attributes: Object.fromEntries(attributes) }),
    ...(own.length === 0 ? {} : { MessageAttributes: given, MD5OfMessageAttributes: attributesMd5(given) }),
  }
}

function asked(names: readonly string[], name: string): boolean {
  return names.some(wanted => wanted === 'All' || wanted === name)
}

function systemAttributes({ receiveCount, firstReceivedAt, sentAt }: QueuedMessage): Readonly<Record<string, string>> {
  return {
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    SentTimestamp: String(sentAt),
    SenderId: '000000000000',
  }
}

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
