import { addSeconds } from '../core/instant'
import { type Delivery, nextAttempt } from './delivery'
import type { DeliveryQueue, DeliveryStore } from './ports'

export interface SendAgainDeps {
  readonly deliveries: Pick<DeliveryStore, 'save'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
}

/** If queueing fails after the delivery is pending again, the sweep queues it. */
const guardSeconds = 60

/**
 * Starts the retry schedule of a failed delivery anew, with an attempt at once. Returns the delivery as it is now;
 * one that is not failed is left as it is.
 */
export async function sendAgain(deps: SendAgainDeps, delivery: Delivery): Promise<Delivery> {
  if (delivery.status !== 'failed') return delivery
  const { attemptCount } = delivery
  const dueAt = addSeconds(deps.now(), guardSeconds)
  const pending = { ...delivery, status: 'pending', roundStart: attemptCount, dlqAt: null, dueAt } as const
  const outcome = await deps.deliveries.save(pending, delivery)
  if (outcome === 'stored') await deps.queue.send([{ message: nextAttempt(pending), delaySeconds: 0 }])
  return pending
}
