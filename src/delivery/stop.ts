import { addSeconds } from '../core/instant'
import type { Endpoint } from '../rotation/endpoint'
import { type Delivery, nextAttempt } from './delivery'
import type { DeliveryDeps } from './ports'
import { testIntervalSeconds } from './recovery'
import { sendAgain } from './send-again'
import { type NoTarget, pausedByKeyturn } from './target'
import { tellExhausted } from './told-events'

type StopDeps = Pick<
  DeliveryDeps,
  'deliveries' | 'attempts' | 'health' | 'recoveries' | 'queue' | 'events' | 'timeout' | 'now'
>

/** A delivery, and how it is stored; null: not yet, since no attempt at it was made. */
export interface StoredDelivery {
  readonly delivery: Delivery
  readonly stored: Delivery | null
}

interface Stopping extends StoredDelivery {
  /** As it was read; null: it was not. */
  readonly endpoint: Endpoint | null
}

/**
 * Fails the delivery without an attempt. It is counted and listed like one that was given up. While its endpoint may come
 * back, one that was attempted before goes to the dead-letter queue first; of one that was not there is no letter, since a
 * long pause would fill that queue. A letter is told. Whenever the process dies, the delivery is found there or its message
 * comes again.
 */
export async function stop(deps: StopDeps, { delivery, stored, endpoint }: Stopping, why: NoTarget): Promise<void> {
  const { tenantId, endpointId, incarnationOf: incarnation } = delivery
  const at = deps.now()
  const hasLetter = stored !== null && !why.isOver
  if (hasLetter) await deps.queue.bury(nextAttempt(delivery))
  await deps.attempts.recordUnattempted(delivery, at)
  const dlqAt = hasLetter ? at : null
  const failed = { ...delivery, status: 'failed', errorMessage: why.reason, dlqAt, dueAt: null } as const
  if (hasLetter && endpoint !== null) await tellExhausted(deps, endpoint, { ...failed, dlqAt: at })
  const outcome = await deps.deliveries.save(failed, stored)
  if (outcome === 'stored') await deps.health.countUnattempted({ tenantId, endpointId, incarnation }, at)
  if (why === pausedByKeyturn) await afterStop(deps, delivery)
}

/**
 * After a delivery was stopped by Keyturn's pause: sends it again where the pause has ended meanwhile, since the recovery
 * that a resume begins may have been there before it. A pause from before tests were planned gets its first one.
 */
async function afterStop(deps: StopDeps, delivery: Delivery): Promise<void> {
  const { tenantId, endpointId, incarnationOf: incarnation } = delivery
  const life = { tenantId, endpointId, incarnation }
  const state = await deps.recoveries.load(life)
  if (state?.incarnation !== incarnation) return
  if (state.pausedAt !== null) {
    const to = addSeconds(deps.now(), testIntervalSeconds)
    return state.dueAt === null ? deps.recoveries.postpone(life, { from: null, to }) : undefined
  }
  const stopped = await deps.deliveries.load(delivery)
  if (stopped !== null) await sendAgain(deps, stopped)
}
