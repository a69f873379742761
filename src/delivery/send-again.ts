import { addSeconds } from '../core/instant'
import type { EndpointLife } from '../rotation/ports'
import { type Delivery, nextAttempt } from './delivery'
import { type RecoveryStore, testIntervalSeconds } from './recovery'
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

interface StoppedDeps extends SendAgainDeps {
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save'>
  readonly recoveries: Pick<RecoveryStore, 'load' | 'postpone'>
}

/**
 * After a delivery was stopped by Keyturn's pause: sends it again where the pause has ended meanwhile, since the recovery
 * that a resume begins may have been there before it. A pause from before tests were planned gets its first one.
 */
export async function afterStop(deps: StoppedDeps, delivery: Delivery): Promise<void> {
  const { tenantId, endpointId, incarnationOf: incarnation } = delivery
  const life: EndpointLife = { tenantId, endpointId, incarnation }
  const state = await deps.recoveries.load(life)
  if (state?.incarnation !== incarnation) return
  if (state.pausedAt !== null) {
    const to = addSeconds(deps.now(), testIntervalSeconds)
    return state.dueAt === null ? deps.recoveries.postpone(life, { from: null, to }) : undefined
  }
  const stopped = await deps.deliveries.load(delivery)
  if (stopped !== null) await sendAgain(deps, stopped)
}
