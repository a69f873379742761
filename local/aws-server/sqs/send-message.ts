import { createHash, randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { entriesOf, inBatch } from './batch'
import type { MessageAttribute, MessageAttributes } from './message'
import type { SqsContext, SqsOperation } from './operation'
import { numberOf, type Queue } from './queue'
import { findQueue } from './queues'

const attribute = v.object({
  DataType: v.string(),
  StringValue: v.optional(v.string()),
  BinaryValue: v.optional(v.string()),
})
const message = {
  MessageBody: v.pipe(v.string(), v.minLength(1)),
  DelaySeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(900))),
  MessageAttributes: v.optional(v.record(v.string(), attribute), {}),
}
const one = v.object({ QueueUrl: v.string(), ...message })
const several = v.object({ QueueUrl: v.string(), Entries: entriesOf(message) })

type Sent = Omit<v.InferOutput<typeof one>, 'QueueUrl'>

/** What SendMessage's reference allows: tab, line feed, carriage return, and what XML 1.0 allows above. */
const allowed = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u

const mostBatchBytes = 1024 * 1024

export const sendMessage: SqsOperation = async (context, input) => {
  const { QueueUrl, ...sent } = parseInput(one, input)
  return send(context, findQueue(context, QueueUrl), sent)
}

export const sendMessageBatch: SqsOperation = async (context, input) => {
  const { QueueUrl, Entries } = parseInput(several, input)
  const queue = findQueue(context, QueueUrl)
  const bytes = Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0)
  if (bytes > mostBatchBytes) throw new AwsError('BatchRequestTooLong', 'The batch is too long.')
  return inBatch(Entries, entry => send(context, queue, entry))
}

async function send({ queues, now }: SqsContext, queue: Queue, sent: Sent): Promise<object> {
  const { MessageBody: body, MessageAttributes: attributes, DelaySeconds } = sent
  if (Buffer.byteLength(body) > numberOf(queue.attributes, 'MaximumMessageSize')) {
    throw new AwsError('InvalidParameterValue', 'One or more parameters are invalid. Reason: Message is too long.')
  }
  if (!allowed.test(body)) {
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.')
  }
  const sentAt = now()
  const delayedUntil = sentAt + (DelaySeconds ?? numberOf(queue.attributes, 'DelaySeconds')) * 1000
  const id = randomUUID()
  await queues.send(queue, { id, body, attributes, sentAt, delayedUntil })
  return { MessageId: id, MD5OfMessageBody: bodyMd5(body), MD5OfMessageAttributes: attributesMd5(attributes) }
}

/** In hex. */
export function bodyMd5(body: string): string {
  return createHash('md5').update(body, 'utf8').digest('hex')
}

/** By the SQS developer guide, "Calculating the MD5 message digest for message attributes"; undefined where there are none. */
export function attributesMd5(attributes: MessageAttributes): string | undefined {
  const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (sorted.length === 0) return undefined
  const hash = createHash('md5')
  for (const [name, attribute] of sorted) {
    hash.update(withLength(Buffer.from(name))).update(withLength(Buffer.from(attribute.DataType)))
    hash.update(valueOf(attribute))
  }
  return hash.digest('hex')
}

/** 1 and the text, or 2 and the bytes. */
function valueOf({ DataType, StringValue = '', BinaryValue = '' }: MessageAttribute): Buffer {
  if (!DataType.startsWith('Binary')) return Buffer.concat([Buffer.of(1), withLength(Buffer.from(StringValue))])
  return Buffer.concat([Buffer.of(2), withLength(Buffer.from(BinaryValue, 'base64'))])
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
