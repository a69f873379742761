import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { DeliveryQueue, Queued } from '../delivery/delivery-queue'
import { queuedJson } from '../delivery/queued-json'

export interface SqsQueueOptions {
  readonly client: SQSClient
  readonly queueUrl: string
}

export interface SqsDeliveryQueueOptions extends SqsQueueOptions {
  readonly deadLetterQueueUrl: string
}

/** SQS's limits of one batch. */
const mostEntries = 10
const mostBytes = 256 * 1024

interface Entry {
  readonly body: string
  readonly bytes: number
  readonly delaySeconds: number
}

/** Messages into SQS, as JSON. */
export function sqsQueue({ client, queueUrl }: SqsQueueOptions): Pick<DeliveryQueue, 'send'> {
  return {
    send: async messages => {
      for (const batch of batchesOf(messages.map(entryOf))) await sendBatch(client, queueUrl, batch)
    },
  }
}

/** The same with a dead-letter queue beside it. */
export function sqsDeliveryQueue({ client, queueUrl, deadLetterQueueUrl }: SqsDeliveryQueueOptions): DeliveryQueue {
  return {
    ...sqsQueue({ client, queueUrl }),
    bury: async message => {
      await client.send(new SendMessageCommand({ QueueUrl: deadLetterQueueUrl, MessageBody: queuedJson(message) }))
    },
  }
}

function entryOf({ message, delaySeconds }: Queued): Entry {
  const body = queuedJson(message)
  return { body, bytes: Buffer.byteLength(body, 'utf8'), delaySeconds }
}

/** The entries in order, in as few batches as their number and bytes allow. */
function batchesOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const batches: Entry[][] = []
  let bytes = 0
  for (const entry of entries) {
    const last = batches.at(-1)
    const fits = last !== undefined && last.length < mostEntries && bytes + entry.bytes <= mostBytes
    if (fits) last.push(entry)
    else batches.push([entry])
    bytes = (fits ? bytes : 0) + entry.bytes
  }
  return batches
}

async function sendBatch(client: SQSClient, queueUrl: string, batch: readonly Entry[]): Promise<void> {
  const Entries = batch.map(({ body, delaySeconds }, index) => {
    return { Id: String(index), MessageBody: body, DelaySeconds: delaySeconds }
  })
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
  if (Failed.length > 0) throw new Error(`SQS did not take ${Failed.length} of ${batch.length} messages`)
}
