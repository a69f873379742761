import { nextAttempt, type Delivery } from './delivery'
import type { DeliveryDeps } from './deps'
import type { NoTarget } from './target'

/**
 * The delivery fails without an attempt, and is counted and listed like one that was given up. While its endpoint may
 * come back it goes to the dead-letter queue as well, first: whenever the process dies, it is found there or tried again.
 */
export async function stop(deps: DeliveryDeps, delivery: Delivery, { reason, isOver }: NoTarget): Promise<void> {
  const { tenantId, endpointId, incarnationOf: incarnation } = delivery
  const at = deps.now()
  if (!isOver) await deps.queue.bury(nextAttempt(delivery))
  await deps.attempts.recordStop(delivery, at)
  const failed = {
    ...delivery,
    status: 'failed',
    errorMessage: reason,
    dlqAt: isOver ? null : at,
    dueAt: null,
  } as const
  const outcome = await deps.deliveries.save(failed, delivery)
  if (outcome === 'stored') await deps.health.countStop({ tenantId, endpointId, incarnation }, at)
}
