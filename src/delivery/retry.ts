import { addSeconds } from '../core/instant'
import type { AttemptResult } from './attempt'
import type { Delivery } from './delivery'
import { parseHttpDate } from './http-date'
import { longestDelaySeconds } from './ports'

/** `done`: delivered, or the sweep's from now on. `bury`: it is given up and goes to the dead-letter queue. */
export type NextStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'queue'; readonly delaySeconds: number }
  | { readonly kind: 'bury' }

export interface Afterwards {
  readonly delivery: Delivery
  readonly next: NextStep
}

export interface AttemptTime {
  readonly now: Date
  /** 0 up to 1. */
  readonly random: number
  /** The contract's own limit, or null. */
  readonly retries: number | null
}

/** The delivery after one attempt, and what follows. Waits that are too long for the queue are the sweep's. Pure. */
export function afterAttempt(delivery: Delivery, result: AttemptResult, time: AttemptTime): Afterwards {
  const attemptCount = delivery.attemptCount + 1
  const attempted = { ...delivery, attemptCount, lastResponseStatus: result.status, dueAt: null }
  if (result.error === null) {
    const delivered = { ...attempted, status: 'success', errorMessage: null, deliveredAt: time.now } as const
    return { delivery: delivered, next: { kind: 'done' } }
  }
  const failed = { ...attempted, errorMessage: result.message }
  const waitSeconds = waitAfter(attemptCount - delivery.roundStart, result, time)
  if (waitSeconds === null) {
    return { delivery: { ...failed, status: 'failed', dlqAt: time.now }, next: { kind: 'bury' } }
  }
  if (waitSeconds <= longestDelaySeconds)
    return { delivery: failed, next: { kind: 'queue', delaySeconds: waitSeconds } }
  return { delivery: { ...failed, dueAt: addSeconds(time.now, waitSeconds) }, next: { kind: 'done' } }
}

function waitAfter(attempts: number, result: AttemptResult, { retries, random }: AttemptTime): number | null {
  if (result.gone) return null
  return retryWaitSeconds({ attempts, retries, retryAfterSeconds: result.retryAfterSeconds }, random)
}

const minute = 60
const hour = 60 * minute

/** How long to wait after each failed attempt, in seconds: ten retries in just under a day. */
export const retrySchedule: readonly number[] = [
  5,
  30,
  2 * minute,
  10 * minute,
  30 * minute,
  1 * hour,
  2 * hour,
  4 * hour,
  6 * hour,
  10 * hour,
]

/** A wait is up to a fifth shorter or longer than the table says, so that failures at once are not retried at once. */
const jitter = 0.2
/** A receiver's `Retry-After` beyond this is not waited for. */
export const longestRetryAfterSeconds = 12 * hour

export interface FailedAttempt {
  /** Attempts that this round of the schedule has had, the failed one included. */
  readonly attempts: number
  /** The contract's own limit, or null. */
  readonly retries: number | null
  readonly retryAfterSeconds: number | null
}

/**
 * Seconds until the next attempt, or null: it is given up.
 * @param random 0 up to 1.
 */
export function retryWaitSeconds(
  { attempts, retries, retryAfterSeconds }: FailedAttempt,
  random: number,
): number | null {
  const wait = retrySchedule[attempts - 1]
  if (wait === undefined || (retries !== null && attempts > retries)) return null
  const spread = wait * (1 - jitter + 2 * jitter * random)
  return Math.max(Math.round(spread), Math.min(retryAfterSeconds ?? 0, longestRetryAfterSeconds))
}

/** The seconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3), or null where it cannot be read. */
export function retryAfterSeconds(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null
  if (/^\d+$/.test(value)) return Math.min(Number(value), longestRetryAfterSeconds)
  const at = parseHttpDate(value, now)
  return at === null ? null : Math.max(0, Math.ceil((at.getTime() - now.getTime()) / 1000))
}
