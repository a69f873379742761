import type { Log } from '../rotation/log'
import { nextAttempt } from './delivery'
import type { DeliveryQueue } from './delivery-queue'
import type { DeliveryStore } from './delivery-store'
import type { FedMessage, QueueFeed } from './queue-feed'
import { parseQueueMessage, type QueueMessage } from './queue-message'
import { sendAgain } from './send-again'

export interface RedriveDeps {
  readonly deadLetters: QueueFeed
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save'>
  readonly now: () => Date
  readonly log: Log
}

export interface RedriveReport {
  /** Put back into the queue. */
  readonly queued: number
  /** Delivered meanwhile, or expired. */
  readonly dropped: number
  /** Still in the dead-letter queue: they cannot be read. */
  readonly left: number
}

type Outcome = keyof RedriveReport

/** Sends everything in the dead-letter queue again, until a look at it finds nothing. Repeatable. */
export async function redrive(deps: RedriveDeps, signal: AbortSignal): Promise<RedriveReport> {
  const counts = { queued: 0, dropped: 0, left: 0 }
  for (;;) {
    const messages = await deps.deadLetters.receive(1, signal)
    if (messages.length === 0) return counts
    for (const message of messages) counts[await redriveOne(deps, message)] += 1
  }
}

async function redriveOne(deps: RedriveDeps, fed: FedMessage): Promise<Outcome> {
  const message = parsed(deps.log, fed)
  if (message === null) return 'left'
  const outcome = await putBack(deps, message)
  await deps.deadLetters.remove([fed])
  return outcome
}

function parsed(log: Log, { messageId, body }: FedMessage): QueueMessage | null {
  try {
    return parseQueueMessage(body)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    log.error('a dead letter cannot be read', { queueMessageId: messageId, reason })
    return null
  }
}

async function putBack(deps: RedriveDeps, message: QueueMessage): Promise<Outcome> {
  if (message.kind === 'event') {
    await deps.queue.send([{ message, delaySeconds: 0 }])
    return 'queued'
  }
  const delivery = await deps.deliveries.load(message)
  if (delivery === null || delivery.status === 'success') return 'dropped'
  if (delivery.status === 'failed') await sendAgain(deps, delivery)
  else await deps.queue.send([{ message: nextAttempt(delivery), delaySeconds: 0 }])
  return 'queued'
}
