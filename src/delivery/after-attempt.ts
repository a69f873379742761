import { addSeconds } from '../rotation/instant'
import type { AttemptResult } from './attempt-result'
import type { Delivery } from './delivery'
import { longestDelaySeconds } from './delivery-queue'
import { retryWaitSeconds } from './retry-schedule'

/** `done`: delivered, or the sweep's from now on. `bury`: it is given up and goes to the dead-letter queue. */
export type NextStep =
  { readonly kind: 'done' } | { readonly kind: 'queue'; readonly delaySeconds: number } | { readonly kind: 'bury' }

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

/** The delivery after one attempt, and what follows: waits that the queue cannot keep are the sweep's. Pure. */
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
