import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { attributesMd5, bodyMd5 } from './message'
import { entriesOf, findQueue, inBatch, queueInput, type SqsContext, type SqsOperation } from './operation'
import type { Queue } from './queue'
import { numericAttribute } from './queue-attributes'

const attribute = v.object({
  DataType: v.string(),
  StringValue: v.optional(v.string()),
  BinaryValue: v.optional(v.string()),
})
const entry = {
  MessageBody: v.pipe(v.string(), v.minLength(1)),
  DelaySeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(900))),
  MessageAttributes: v.optional(v.record(v.string(), attribute), {}),
  MessageGroupId: v.optional(v.pipe(v.string(), v.regex(/^[!-~]{1,128}$/))),
}
const sendInput = v.object({ ...queueInput.entries, ...entry })

type NewMessage = Omit<v.InferOutput<typeof sendInput>, 'QueueUrl'>

export const sendMessage: SqsOperation = async (context, input) => {
  const { QueueUrl, ...sent } = parseInput(sendInput, input)
  return send(context, findQueue(context, QueueUrl), sent)
}

const sendBatchInput = v.object({ ...queueInput.entries, Entries: entriesOf(entry) })
const mostBatchBytes = 1024 * 1024

export const sendMessageBatch: SqsOperation = async (context, input) => {
  const { QueueUrl, Entries } = parseInput(sendBatchInput, input)
  const queue = findQueue(context, QueueUrl)
  const bytes = Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0)
  if (bytes > mostBatchBytes) throw new AwsError('BatchRequestTooLong', 'The batch is too long.')
  return inBatch(Entries, entry => send(context, queue, entry))
}

/** By SendMessage's reference: tab, line feed, carriage return, and what XML 1.0 allows above them. */
const allowed = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u

async function send({ queues, now }: SqsContext, queue: Queue, sent: NewMessage): Promise<object> {
  const { MessageBody: body, MessageAttributes: attributes, MessageGroupId: groupId, DelaySeconds } = sent
  if (Buffer.byteLength(body) > numericAttribute(queue.attributes, 'MaximumMessageSize')) {
    throw new AwsError('InvalidParameterValue', 'One or more parameters are invalid. Reason: Message is too long.')
  }
  if (!allowed.test(body)) {
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.')
  }
  const sentAt = now()
  const delayedUntil = sentAt + (DelaySeconds ?? numericAttribute(queue.attributes, 'DelaySeconds')) * 1000
  const id = randomUUID()
  await queues.send(queue, { id, body, attributes, groupId, sentAt, delayedUntil })
  return { MessageId: id, MD5OfMessageBody: bodyMd5(body), MD5OfMessageAttributes: attributesMd5(attributes) }
}
