import { standardDelivery } from '../contracts/delivery-format'
import { allDone } from '../rotation/all-done'
import { afterAttempt, type NextStep } from './after-attempt'
import { attempt, recordOf, type Attempt } from './attempt'
import { nextAttempt, type Delivery } from './delivery'
import type { DeliveryDeps } from './deps'
import type { DeliveryEvent } from './event'
import type { Lease } from './health-store'
import type { Target } from './target'

export interface Prepared {
  readonly delivery: Delivery
  readonly target: Target
  readonly event: DeliveryEvent
}

/**
 * Makes one attempt and writes down what came of it. What follows it is queued first, and its record comes before the
 * delivery's new state: as long as that is not stored, this attempt's own message comes again.
 */
export async function attemptUnderLease(deps: DeliveryDeps, lease: Lease, prepared: Prepared): Promise<void> {
  const { delivery, target, event } = prepared
  const made = await attemptOrRelease(deps, lease, prepared)
  const retries = (target.contract.delivery ?? standardDelivery).retries
  const { delivery: after, next } = afterAttempt(delivery, made.result, {
    now: deps.now(),
    random: deps.random(),
    retries,
  })
  await queueNext(deps, after, next)
  const { tenantId, endpointId, messageId } = delivery
  const of = { messageId, eventType: event.type, kind: 'delivery', number: after.attemptCount } as const
  await deps.attempts.record({ tenantId, endpointId }, recordOf(made, of, deps.randomBytes))
  await allDone([deps.deliveries.save(after, delivery), countAttempt(deps, lease, { after, made })])
}

async function attemptOrRelease(deps: DeliveryDeps, lease: Lease, prepared: Prepared): Promise<Attempt> {
  const { delivery, target, event } = prepared
  const message = { id: delivery.messageId, endpointId: delivery.endpointId, event }
  try {
    return await attempt(deps, { ...target, message })
  } catch (error) {
    await deps.health.release(lease)
    throw error
  }
}

async function queueNext({ queue }: DeliveryDeps, after: Delivery, next: NextStep): Promise<void> {
  const message = nextAttempt(after)
  if (next.kind === 'queue') await queue.send([{ message, delaySeconds: next.delaySeconds }])
  if (next.kind === 'bury') await queue.bury(message)
}

interface Counted {
  readonly after: Delivery
  readonly made: Attempt
}

/** Counts the attempt, and pauses an endpoint that wants no more deliveries or failed too often. */
async function countAttempt(deps: DeliveryDeps, lease: Lease, { after, made }: Counted): Promise<void> {
  const { at, result } = made
  const failures = await deps.health.finish(lease, {
    at,
    responseTimeMs: result.status === null ? null : result.durationMs,
    lastStatus: { code: result.status, message: result.message, timestamp: at },
    outcome: after.status,
    first: after.attemptCount === 1,
  })
  const reason = pauseReason(result.gone, failures, deps.pauseAfterFailures)
  if (reason === null) return
  await deps.health.pause(lease.life, { at: deps.now(), reason })
  deps.log.info('endpoint paused', { tenantId: lease.life.tenantId, endpointId: lease.life.endpointId, reason })
}

function pauseReason(gone: boolean, failures: number, limit: number): string | null {
  if (gone) return 'The receiver answered 410 Gone'
  return failures >= limit ? `${failures} attempts in a row failed` : null
}
