import { setTimeout as delay } from 'node:timers/promises'
import type { SQSBatchResponse } from 'aws-lambda'
import type { FedMessage, QueueFeed } from '../delivery/queue-feed'
import { localAws, deliveryQueue } from './local-aws'
import { InvocationError } from './invocation'

export interface QueueLoopOptions {
  readonly feed: QueueFeed
  /** @throws {InvocationError} */
  readonly invoke: (event: object) => Promise<unknown>
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
      await feedOnce(stopped, options)
    } catch (error) {
      if (stopped.aborted) return
      if (!(error instanceof InvocationError)) console.error('the queue cannot be read:', error)
      await delay(pauseMs, null, { signal: stopped, ref: false }).catch(() => undefined)
    }
  }
}

async function feedOnce(stopped: AbortSignal, { feed, invoke }: QueueLoopOptions): Promise<void> {
  const messages = await feed.receive(waitSeconds, stopped)
  if (messages.length === 0) return
  // What the handler of a queue answers.
  const { batchItemFailures } = (await invoke(queueEvent(messages))) as SQSBatchResponse
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  await feed.remove(messages.filter(({ messageId }) => !failed.has(messageId)))
}

function queueEvent(messages: readonly FedMessage[]): object {
  const eventSourceARN = `arn:aws:sqs:${localAws.region}:000000000000:${deliveryQueue}`
  const source = { eventSource: 'aws:sqs', eventSourceARN, awsRegion: localAws.region, messageAttributes: {} }
  return { Records: messages.map(message => ({ ...message, ...source, attributes: {} })) }
}
