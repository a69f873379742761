import type { SQSBatchResponse } from 'aws-lambda'
import { setTimeout as delay } from 'node:timers/promises'
import type { FedMessage, QueueFeed } from '../src/delivery/ports'
import { InvocationError } from './function-worker'
import { deliveryQueue, localAws } from './local-aws'

export interface QueueLoopOptions {
  readonly feed: QueueFeed
  /** @throws {InvocationError} */
  readonly invoke: (event: object) => Promise<unknown>
}

export interface Poll {
  /** How long to wait for the first message. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
}

/** Batches that are worked on at a time. */
const lanes = 16
const waitSeconds = 20
const pauseMs = 200

/**
 * Feeds a function from the queue as Lambda's event source mapping does: what the function does not name as failed is
 * removed from the queue, everything else comes again. Returns what ends it.
 */
export function startQueueLoop(options: QueueLoopOptions): () => void {
  const stops = Array.from({ length: lanes }, () => new AbortController())
  for (const stop of stops) void feedUntil(stop.signal, options)
  return () => stops.forEach(stop => stop.abort())
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

/** Hands the function one batch. Returns how many messages were in it. */
export async function feedOnce({ feed, invoke }: QueueLoopOptions, { waitSeconds, signal }: Poll): Promise<number> {
  const messages = await feed.receive(waitSeconds, signal)
  if (messages.length === 0) return 0
  // What the handler of a queue answers.
  const { batchItemFailures } = (await invoke(queueEvent(messages))) as SQSBatchResponse
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  await feed.remove(messages.filter(({ messageId }) => !failed.has(messageId)))
  return messages.length
}

function queueEvent(messages: readonly FedMessage[]): object {
  const eventSourceARN = `arn:aws:sqs:${localAws.region}:000000000000:${deliveryQueue}`
  const source = { eventSource: 'aws:sqs', eventSourceARN, awsRegion: localAws.region, messageAttributes: {} }
  return { Records: messages.map(message => ({ ...message, ...source, attributes: {} })) }
}
