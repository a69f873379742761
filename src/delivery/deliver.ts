import { standardDelivery } from '../contracts/defaults'
import { allDone } from '../core/concurrency'
import { addSeconds } from '../core/instant'
import type { Endpoint } from '../rotation/endpoint'
import type { EndpointLife } from '../rotation/ports'
import { attempt, type Attempt, recordOf } from './attempt'
import { type Delivery, firstDelivery, nextAttempt } from './delivery'
import type { DeliveryEvent } from './event'
import { answersQuickly, type FailureStreak } from './health'
import { askForLease, patienceMs, waitForLease } from './lease'
import type { DeliveryDeps, PauseRule } from './ports'
import type { AttemptMessage, DeliveryRecord } from './queue-message'
import { afterAttempt, type NextStep } from './retry'
import { stop, type StoredDelivery } from './stop'
import { eventExpired, neverFree, pausedByKeyturn, type Target, targetOf } from './target'
import { tellExhausted, tellFailing, tellPaused } from './told-events'

/**
 * Makes the attempt that a message asks for, unless it was made already, or puts it off where too many are under way. Whenever
 * the process dies, the message comes again and nothing is lost: at most the attempt is repeated, under the same message id.
 * @throws when the message is to come again
 */
export async function deliver(deps: DeliveryDeps, message: AttemptMessage): Promise<void> {
  if ((await deliverNow(deps, message)) === 'done') return
  if (message.waits < mostWaits) await putOff(deps, message)
  else await stopWaiting(deps, message)
}

/** The same, but a message that finds no slot is left to the caller. */
export async function deliverNow(deps: DeliveryDeps, message: AttemptMessage): Promise<'done' | 'busy'> {
  const { tenantId } = message
  if (!(await deps.ownAttempts.enter(tenantId, deps.attemptsPerTenant, patienceMs))) return 'busy'
  try {
    return await workOn(deps, message)
  } finally {
    deps.ownAttempts.leave(tenantId)
  }
}

async function workOn(deps: DeliveryDeps, message: AttemptMessage): Promise<'done' | 'busy'> {
  const record = message.record ?? (await storedRecord(deps, message))
  if (record === null) return 'done'
  const { tenantId, endpointId, messageId } = message
  const [stored, endpoint, event, health] = await Promise.all([
    deps.deliveries.load({ tenantId, messageId }),
    deps.endpoints.load({ tenantId, endpointId }),
    deps.deliveries.loadEvent(tenantId, record.eventId),
    deps.health.loadAny({ tenantId, endpointId }),
  ])
  const delivery = stored ?? firstDelivery(message, record)
  if (!asksFor(message, delivery)) return 'done'
  const about = { delivery, stored }
  const stopping = { ...about, endpoint }
  const target = targetOf(deps.contracts, delivery, endpoint)
  if (target.kind === 'none') return doneAfter(stop(deps, stopping, target))
  const isOfThisLife = health.incarnation === delivery.incarnationOf
  if (isOfThisLife && health.health.pausedAt !== null) return doneAfter(stop(deps, stopping, pausedByKeyturn))
  if (event === null) return doneAfter(stop(deps, stopping, eventExpired))
  if (health.incarnation !== null && !isOfThisLife) await deps.health.beginLife(lifeOf(delivery), health.incarnation)
  const isQuick = !isOfThisLife || answersQuickly(health.health)
  return deliverTo(deps, { ...about, target, event, isQuick })
}

/** What a message of before is about, which does not say it. */
async function storedRecord(deps: DeliveryDeps, message: AttemptMessage): Promise<DeliveryRecord | null> {
  const stored = await deps.deliveries.load(message)
  return stored === null ? null : (nextAttempt(stored).record ?? null)
}

/** @throws when the attempt before is still being stored */
function asksFor({ attempt }: AttemptMessage, delivery: Delivery): boolean {
  if (delivery.status !== 'pending') return false
  if (attempt > delivery.attemptCount) throw new Error('the attempt before is not stored yet')
  return attempt === delivery.attemptCount
}

async function doneAfter(work: Promise<void>): Promise<'done'> {
  await work
  return 'done'
}

function lifeOf({ tenantId, endpointId, incarnationOf: incarnation }: Delivery): EndpointLife {
  return { tenantId, endpointId, incarnation }
}

interface Prepared extends StoredDelivery {
  readonly target: Target
  readonly event: DeliveryEvent
}

interface Waiting extends Prepared {
  /** Whether the endpoint's attempts give their slots back soon. */
  readonly isQuick: boolean
}

async function deliverTo(deps: DeliveryDeps, { isQuick, ...prepared }: Waiting): Promise<'done' | 'busy'> {
  const { delivery, target } = prepared
  const { messageId } = delivery
  const wanted = { address: delivery, messageId, timeoutMs: target.endpoint.settings.requestConfig.timeoutMs }
  const { outcome, waited } = isQuick
    ? await waitForLease(deps, wanted)
    : { outcome: await askForLease(deps, wanted), waited: false }
  if (outcome.kind !== 'granted') return 'busy'
  try {
    const current = waited ? await asItIsNow(deps, prepared) : prepared
    if (current === null) return 'busy'
    await attemptAndRecord(deps, current)
  } finally {
    await deps.leases.release(outcome.lease)
  }
  return 'done'
}

/** What was read before a wait, with the endpoint's keys of now. Null: it is to be looked at anew. */
async function asItIsNow(deps: DeliveryDeps, prepared: Prepared): Promise<Prepared | null> {
  const { delivery, stored } = prepared
  const { tenantId, endpointId } = delivery
  const [now, endpoint] = await Promise.all([
    deps.deliveries.load(delivery),
    deps.endpoints.load({ tenantId, endpointId }),
  ])
  const isSame = now?.attemptCount === stored?.attemptCount && now?.status === stored?.status
  const target = targetOf(deps.contracts, delivery, endpoint)
  return isSame && target.kind === 'target' ? { ...prepared, target } : null
}

const longestPutOffSeconds = 60
/** A day of them: half a minute each, on average. */
const mostWaits = 2880

/** Tries again later: all of the endpoint's slots are taken, or its tenant's. Counts as no attempt. */
async function putOff({ queue, random }: DeliveryDeps, message: AttemptMessage): Promise<void> {
  const most = Math.min(longestPutOffSeconds, 2 ** (message.waits + 1))
  const delaySeconds = Math.max(1, Math.round(most * random()))
  await queue.send([{ message: { ...message, waits: message.waits + 1 }, delaySeconds }])
}

/** Stops the delivery: it is listed as failed, and can be sent again. */
async function stopWaiting(deps: DeliveryDeps, message: AttemptMessage): Promise<void> {
  const record = message.record ?? (await storedRecord(deps, message))
  if (record === null) return
  const [stored, endpoint] = await Promise.all([deps.deliveries.load(message), deps.endpoints.load(message)])
  const delivery = stored ?? firstDelivery(message, record)
  if (asksFor(message, delivery)) await stop(deps, { delivery, stored, endpoint }, neverFree)
}

/**
 * Makes one attempt and writes down what came of it. What follows it is queued first, and its record comes before the
 * delivery's new state: as long as that is not stored, this attempt's own message comes again.
 */
async function attemptAndRecord(deps: DeliveryDeps, prepared: Prepared): Promise<void> {
  const { delivery, target, event } = prepared
  const { messageId, endpointId } = delivery
  const made = await attempt(deps, { ...target, message: { id: messageId, endpointId, event } })
  const { retries } = target.contract.delivery ?? standardDelivery
  const time = { now: deps.now(), random: deps.random(), retries }
  const { delivery: after, next } = afterAttempt(delivery, made.result, time)
  await queueNext(deps, after, next)
  if (after.dlqAt !== null) await tellExhausted(deps, target.endpoint, { ...after, dlqAt: after.dlqAt })
  await allDone([store(deps, prepared, { after, made }), countAttempt(deps, target.endpoint, { after, made })])
}

/** A delivery of which nothing is stored, and which arrived, is stored together with its attempt. */
async function store(deps: DeliveryDeps, { stored, event }: Prepared, { after, made }: Counted): Promise<void> {
  const { messageId, attemptCount: number } = after
  const record = recordOf(made, { messageId, eventType: event.type, kind: 'delivery', number }, deps.randomBytes)
  if (stored === null && after.status === 'success') return deps.deliveries.saveDelivered(after, record)
  await deps.attempts.record(after, record)
  await deps.deliveries.save(after, stored)
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

/** Counts the attempt, tells of an endpoint that is failing, and pauses one that wants no more or has failed for too long. */
async function countAttempt(deps: DeliveryDeps, endpoint: Endpoint, { after, made }: Counted): Promise<void> {
  const { at, result } = made
  const usedUp = after.status === 'failed' && !result.gone
  const life = lifeOf(after)
  const streak = await deps.health.countAttempt(life, {
    at,
    responseTimeMs: result.status === null ? null : result.durationMs,
    lastStatus: { code: result.status, message: result.message, timestamp: at },
    outcome: after.status,
    first: after.attemptCount === 1,
    usedUp,
  })
  const { failingSince } = streak
  if (after.status === 'success' || failingSince === null) return
  if (isFailingUntold(streak, at)) {
    await tellFailing(deps, endpoint, { failingSince, at })
    await deps.health.noteFailingTold(life, failingSince)
  }
  const reason = result.gone ? 'The receiver answered 410 Gone' : pauseReason(deps.pauseRule, streak, at)
  if (reason === null || streak.pausedAt !== null) return
  await tellPaused(deps, endpoint, { failingSince, at, reason })
  await deps.health.pause(life, { at: deps.now(), reason })
  deps.log.info('endpoint paused', { tenantId: life.tenantId, endpointId: life.endpointId, reason })
}

/** Without a success for so long, an endpoint is told as failing. */
const failingSeconds = 3600

function isFailingUntold({ failingSince, failingTold }: FailureStreak, at: Date): boolean {
  if (failingSince === null || at < addSeconds(failingSince, failingSeconds)) return false
  return failingTold?.getTime() !== failingSince.getTime()
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
