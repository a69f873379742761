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
