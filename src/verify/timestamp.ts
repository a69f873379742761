import { WebhookVerificationError } from './verification-error'

/** Unix seconds of 12 digits reach beyond the year 30000. */
const STRICT_SECONDS = /^[0-9]{1,12}$/

export interface Freshness {
  readonly now: Date
  /** How far the timestamp may be from `now`, either way. */
  readonly toleranceSeconds: number
}

/**
 * Returns when `text` is unix seconds within the tolerance, its bounds included.
 * @throws {WebhookVerificationError} `bad-timestamp`, `stale-timestamp`
 */
export function checkTimestamp(text: string, { now, toleranceSeconds }: Freshness): void {
  if (!STRICT_SECONDS.test(text)) {
    throw new WebhookVerificationError('bad-timestamp', 'the timestamp must be decimal unix seconds')
  }
  const distance = Math.abs(unixSeconds(now) - Number(text))
  // Written so that a distance or tolerance that is not a number refuses.
  if (!(distance <= toleranceSeconds)) {
    throw new WebhookVerificationError('stale-timestamp', `the timestamp is not within ${toleranceSeconds} s of now`)
  }
}

/** Whole unix seconds, rounded down. */
export function unixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
