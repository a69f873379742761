import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { inLanes } from '../core/concurrency'
import { queuedJson } from '../delivery/event'
import type { DeadLetterQueue, DeliveryQueue, Queued, ReceivedMessage } from '../delivery/ports'

export interface SqsQueueOptions {
  readonly client: SQSClient
  readonly queueUrl: string
}

export interface SqsDeliveryQueueOptions extends SqsQueueOptions {
  readonly deadLetterQueueUrl: string
}

/** SQS's limits of one call. */
const mostMessages = 10
const mostBytes = 256 * 1024
const lanes = 16

/** The queue that deliveries go through, as SQS messages of JSON, with its dead-letter queue. */
export function sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl }: SqsDeliveryQueueOptions): DeliveryQueue {
  return {
    ...sqsQueue({ client, queueUrl }),
    bury: async message => {
      await client.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: queuedJson(message) }))
    },
  }
}

/** The same, for functions that only put messages into it. */
export function sqsQueue({ client, queueUrl }: SqsQueueOptions): Pick<DeliveryQueue, 'send'> {
  return {
    send: async messages => {
      await inLanes(lanes, batchesOf(messages.map(entryOf)), batch => sendBatch(client, queueUrl, batch))
    },
  }
}

interface Entry {
  readonly body: string
  /** The tenant: SQS keeps one with many messages in flight from holding up the others. */
  readonly groupId: string
  readonly bytes: number
  readonly delaySeconds: number
}

function entryOf({ message, delaySeconds }: Queued): Entry {
  const body = queuedJson(message)
  return { body, groupId: message.tenantId, bytes: Buffer.byteLength(body, 'utf8'), delaySeconds }
}

/** The entries in order, in as few batches as their number and bytes allow. */
function batchesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const batches: Entry[][] = []
  let bytes = 0
  for (const entry of entries) {
    const last = batches.at(-1)
    const fits = last !== undefined && last.length < mostMessages && bytes + entry.bytes <= mostBytes
    if (fits) last.push(entry)
    else batches.push([entry])
    bytes = (fits ? bytes : 0) + entry.bytes
  }
  return batches
}

async function sendBatch(client: SQSClient, queueUrl: string, batch: readonly Entry[]): Promise<void> {
  const Entries = batch.map(({ body, groupId, delaySeconds }, index) => {
    return { Id: String(index), MessageBody: body, MessageGroupId: groupId, DelaySeconds: delaySeconds }
  })
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
  if (Failed.length > 0) throw new Error(`SQS did not take ${Failed.length} of ${batch.length} messages`)
}

/** The receiving end of a queue in SQS: for `redrive`, and for the local run, which feeds functions by itself. */
export function sqsQueueFeed({ client, queueUrl }: SqsQueueOptions): DeadLetterQueue {
  return {
    receive: async (waitSeconds, signal) => {
      const receive = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: mostMessages,
        WaitTimeSeconds: waitSeconds,
      })
      const { Messages = [] } = await client.send(receive, { abortSignal: signal })
      return Messages.map(({ MessageId: messageId = '', ReceiptHandle: receiptHandle = '', Body: body = '' }) => {
        return { messageId, receiptHandle, body }
      })
    },
    remove: messages => remove(client, queueUrl, messages),
    release: async messages => {
      for (let start = 0; start < messages.length; start += mostMessages) {
        await release(client, queueUrl, messages.slice(start, start + mostMessages))
      }
    },
  }
}

/** A message that could not be removed comes again; whoever works on it has to bear that anyway. */
async function remove(client: SQSClient, QueueUrl: string, messages: readonly ReceivedMessage[]): Promise<void> {
  if (messages.length === 0) return
  const Entries = messages.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }))
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
}

/** A message that could not be released is visible already, or soon. */
async function release(client: SQSClient, QueueUrl: string, messages: readonly ReceivedMessage[]): Promise<void> {
  const Entries = messages.map(({ receiptHandle }, index) => {
    return { Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 }
  })
  await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
}
