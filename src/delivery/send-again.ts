import { addSeconds } from '../core/instant'
import { type Delivery, nextAttempt } from './delivery'
import type { DeliveryQueue, DeliveryStore } from './ports'

interface RestartDeps {
  readonly deliveries: Pick<DeliveryStore, 'save'>
  readonly now: () => Date
}

export interface SendAgainDeps extends RestartDeps {
  readonly queue: Pick<DeliveryQueue, 'send'>
}

/** If nothing comes of it after the delivery is pending again, the sweep queues it. */
const guardSeconds = 60

/**
 * Starts the retry schedule of a failed delivery anew, with an attempt at once. Returns the delivery as it is now;
 * one that is not failed is left as it is.
 */
export async function sendAgain(deps: SendAgainDeps, delivery: Delivery): Promise<Delivery> {
  if (delivery.status !== 'failed') return delivery
  const pending = await restart(deps, delivery)
  if (pending !== null) await deps.queue.send([{ message: nextAttempt(pending), delaySeconds: 0 }])
  return { ...delivery, status: 'pending' }
}

/** The failed delivery, pending and at the start of its schedule; null: somebody else has changed it meanwhile. */
export async function restart({ deliveries, now }: RestartDeps, delivery: Delivery): Promise<Delivery | null> {
  const { attemptCount } = delivery
  const dueAt = addSeconds(now(), guardSeconds)
  const pending = { ...delivery, status: 'pending', roundStart: attemptCount, dlqAt: null, dueAt } as const
  const outcome = await deliveries.save(pending, delivery)
  return outcome === 'stored' ? pending : null
}
