import type { SQSBatchResponse } from 'aws-lambda'
import { setTimeout as delay } from 'node:timers/promises'
import { pollingSqsClient } from '../src/aws/clients'
import { sqsQueueFeed } from '../src/aws/sqs-delivery-queue'
import type { ReceivedMessage, QueueFeed } from '../src/delivery/ports'
import { deliveryQueue, type LocalAws, localAws, localClientOptions } from './aws-resources'
import { queueArn, queueUrl } from './aws-server/sqs/queue-names'
import type { Closers } from './closers'
import { InvocationError } from './function-worker'

// How deliveries get from the queue to the function `deliver`: AWS's part of that is an event source mapping.

export interface QueueLoopOptions {
  readonly feed: QueueFeed
  /** @throws {InvocationError} */
  readonly invoke: (event: object) => Promise<unknown>
}

/** Batches that are worked on at a time. */
const lanes = 32
const waitSeconds = 20
const pauseMs = 200

/**
 * Feeds a function from the queue as Lambda's event source mapping does: messages that the function does not name as
 * failed are removed from the queue, all others come again. Returns what ends it.
 */
export function startQueueLoop(options: QueueLoopOptions): () => void {
  const laneEnds = Array.from({ length: lanes }, () => new AbortController())
  for (const laneEnd of laneEnds) void feedUntil(laneEnd.signal, options)
  return () => laneEnds.forEach(laneEnd => laneEnd.abort())
}

async function feedUntil(stopped: AbortSignal, options: QueueLoopOptions): Promise<void> {
  while (!stopped.aborted) {
    try {
      await feedOnce(options, { waitSeconds, signal: stopped })
    } catch (error) {
      if (stopped.aborted) return
      if (!(error instanceof InvocationError)) console.error('the queue cannot be read:', error)
      await delay(pauseMs, null, { signal: stopped, ref: false }).catch(() => undefined)
    }
  }
}

export interface Poll {
  /** How long to wait for the first message. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
}

/** Hands the function one batch. Returns how many messages were in it. */
export async function feedOnce({ feed, invoke }: QueueLoopOptions, { waitSeconds, signal }: Poll): Promise<number> {
  const messages = await feed.receive(waitSeconds, signal)
  if (messages.length === 0) return 0
  // The handler of a queue returns this.
  const { batchItemFailures } = (await invoke(queueEvent(messages))) as SQSBatchResponse
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  await feed.remove(messages.filter(({ messageId }) => !failed.has(messageId)))
  return messages.length
}

function queueEvent(messages: readonly ReceivedMessage[]): object {
  const { region } = localAws
  const eventSourceARN = queueArn(region, deliveryQueue)
  const source = { eventSource: 'aws:sqs', eventSourceARN, awsRegion: region, messageAttributes: {} }
  return { Records: messages.map(message => ({ ...message, ...source, attributes: {} })) }
}

/** The deliveries that wait at the embedded AWS server. */
export function deliveryFeed({ url: aws, accessKeyId }: LocalAws, closers: Closers): QueueFeed {
  const client = pollingSqsClient(localClientOptions(aws, accessKeyId))
  closers.add(() => client.destroy())
  return sqsQueueFeed({ client, queueUrl: queueUrl(new URL(aws).host, deliveryQueue) })
}
