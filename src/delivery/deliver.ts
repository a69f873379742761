import { standardDelivery } from '../contracts/defaults'
import { allDone } from '../core/concurrency'
import { addSeconds } from '../core/instant'
import { attempt, type Attempt, recordOf } from './attempt'
import { type Delivery, nextAttempt } from './delivery'
import type { DeliveryEvent } from './event'
import type { FailureStreak, Lease } from './health'
import type { DeliveryDeps, PauseRule } from './ports'
import type { AttemptMessage } from './queue-message'
import { afterAttempt, type NextStep } from './retry'
import { afterStop } from './send-again'
import { type TakenLease, takeLease } from './take-lease'
import { eventExpired, type NoTarget, pausedByKeyturn, type Target, targetOf } from './target'

/**
 * Makes the attempt that a message asks for, unless it was made already, or puts it off where no slot is free. Whenever the
 * process dies, the message comes again and nothing is lost: at most the attempt is repeated, under the same message id.
 * @throws when the message is to come again
 */
export async function deliver(deps: DeliveryDeps, message: AttemptMessage): Promise<void> {
  if ((await deliverNow(deps, message)) === 'busy') await putOff(deps, message)
}

/** The same, but a message that finds no slot is left to the caller. */
export async function deliverNow(deps: DeliveryDeps, message: AttemptMessage): Promise<'done' | 'busy'> {
  const { tenantId, endpointId, messageId } = message
  const [delivery, endpoint] = await Promise.all([
    deps.deliveries.load({ tenantId, messageId }),
    deps.endpoints.load({ tenantId, endpointId }),
  ])
  if (delivery === null || !asksFor(message, delivery)) return 'done'
  const target = targetOf(deps.contracts, delivery, endpoint)
  if (target.kind === 'target') return deliverTo(deps, target, delivery)
  await failUnattempted(deps, delivery, target)
  return 'done'
}

/** @throws when the attempt before is still being stored */
function asksFor({ attempt }: AttemptMessage, delivery: Delivery): boolean {
  if (delivery.status !== 'pending') return false
  if (attempt > delivery.attemptCount) throw new Error('the attempt before is not stored yet')
  return attempt === delivery.attemptCount
}

async function deliverTo(deps: DeliveryDeps, target: Target, delivery: Delivery): Promise<'done' | 'busy'> {
  const { tenantId, endpointId, messageId } = delivery
  const life = { tenantId, endpointId, incarnation: delivery.incarnationOf }
  const { timeoutMs } = target.endpoint.settings.requestConfig
  const [taken, event] = await Promise.all([
    takeLease(deps, { life, messageId, timeoutMs }),
    deps.deliveries.loadEvent(tenantId, delivery.eventId),
  ])
  const { outcome } = taken
  if (outcome.kind === 'granted') await deliverWith(deps, { lease: outcome.lease, taken }, { delivery, target, event })
  else if (outcome.kind === 'paused') await failUnattempted(deps, delivery, pausedByKeyturn)
  else return 'busy'
  return 'done'
}

interface Granted {
  readonly lease: Lease
  readonly taken: Omit<TakenLease, 'outcome'>
}

type Loaded = Omit<Prepared, 'event'> & { readonly event: DeliveryEvent | null }

async function deliverWith(deps: DeliveryDeps, { lease, taken }: Granted, loaded: Loaded): Promise<void> {
  const { delivery, target, event } = loaded
  const { waited, tenantLease } = taken
  try {
    const isWanted = event !== null && !(waited && (await wasMade(deps, delivery)))
    if (isWanted) return await attemptAndRecord(deps, lease, { delivery, target, event })
    await deps.health.release(lease)
    return event === null ? await failUnattempted(deps, delivery, eventExpired) : undefined
  } finally {
    if (tenantLease !== null) await deps.health.release(tenantLease)
  }
}

/** Whether somebody else made the attempt since the delivery was loaded. */
async function wasMade({ deliveries }: DeliveryDeps, delivery: Delivery): Promise<boolean> {
  const now = await deliveries.load(delivery)
  return now?.attemptCount !== delivery.attemptCount || now.status !== delivery.status
}

const longestPutOffSeconds = 60

/** Tries again later: all of the endpoint's slots are taken, or its tenant's. Counts as no attempt. */
async function putOff({ queue, random }: DeliveryDeps, message: AttemptMessage): Promise<void> {
  const most = Math.min(longestPutOffSeconds, 2 ** (message.waits + 1))
  const delaySeconds = Math.max(1, Math.round(most * random()))
  await queue.send([{ message: { ...message, waits: message.waits + 1 }, delaySeconds }])
}

/**
 * Fails the delivery without an attempt. It is counted and listed like one that was given up. While its endpoint may come
 * back, it goes to the dead-letter queue first: whenever the process dies, it is found there or tried again.
 */
async function failUnattempted(deps: DeliveryDeps, delivery: Delivery, why: NoTarget): Promise<void> {
  const { reason, isOver } = why
  const { tenantId, endpointId, incarnationOf: incarnation } = delivery
  const at = deps.now()
  if (!isOver) await deps.queue.bury(nextAttempt(delivery))
  await deps.attempts.recordUnattempted(delivery, at)
  const dlqAt = isOver ? null : at
  const failed = { ...delivery, status: 'failed', errorMessage: reason, dlqAt, dueAt: null } as const
  const outcome = await deps.deliveries.save(failed, delivery)
  if (outcome === 'stored') await deps.health.countUnattempted({ tenantId, endpointId, incarnation }, at)
  if (why === pausedByKeyturn) await afterStop(deps, delivery)
}

interface Prepared {
  readonly delivery: Delivery
  readonly target: Target
  readonly event: DeliveryEvent
}

/**
 * Makes one attempt and writes down what came of it. What follows it is queued first, and its record comes before the
 * delivery's new state: as long as that is not stored, this attempt's own message comes again.
 */
async function attemptAndRecord(deps: DeliveryDeps, lease: Lease, prepared: Prepared): Promise<void> {
  const { delivery, target, event } = prepared
  const made = await attemptOrRelease(deps, lease, prepared)
  const { retries } = target.contract.delivery ?? standardDelivery
  const time = { now: deps.now(), random: deps.random(), retries }
  const { delivery: after, next } = afterAttempt(delivery, made.result, time)
  await queueNext(deps, after, next)
  const { tenantId, endpointId, messageId } = delivery
  const about = { messageId, eventType: event.type, kind: 'delivery', number: after.attemptCount } as const
  await deps.attempts.record({ tenantId, endpointId }, recordOf(made, about, deps.randomBytes))
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

/** Counts the attempt, and pauses an endpoint that wants no more deliveries or has failed for too long. */
async function countAttempt(deps: DeliveryDeps, lease: Lease, { after, made }: Counted): Promise<void> {
  const { at, result } = made
  const usedUp = after.status === 'failed' && !result.gone
  const streak = await deps.health.finish(lease, {
    at,
    responseTimeMs: result.status === null ? null : result.durationMs,
    lastStatus: { code: result.status, message: result.message, timestamp: at },
    outcome: after.status,
    first: after.attemptCount === 1,
    usedUp,
  })
  const reason = result.gone ? 'The receiver answered 410 Gone' : pauseReason(deps.pauseRule, streak, at)
  if (reason === null || after.status === 'success') return
  await deps.health.pause(lease.life, { at: deps.now(), reason })
  deps.log.info('endpoint paused', { tenantId: lease.life.tenantId, endpointId: lease.life.endpointId, reason })
}

/** So many deliveries that used up their whole schedule, without a success in between, pause an endpoint. */
const mostUsedUp = 2

/** Why an attempt that failed `at` pauses its endpoint; null: it does not. */
function pauseReason({ afterHours, afterFailures }: PauseRule, streak: FailureStreak, at: Date): string | null {
  const { consecutiveFailures, failingSince, usedUpInRow } = streak
  if (failingSince !== null && at >= addSeconds(failingSince, afterHours * 3600)) {
    return `Every attempt has failed for ${afterHours} hours`
  }
  if (usedUpInRow >= mostUsedUp) return `${usedUpInRow} deliveries in a row used up all their attempts`
  const isTooOften = afterFailures !== null && consecutiveFailures >= afterFailures
  return isTooOften ? `${consecutiveFailures} attempts in a row failed` : null
}
