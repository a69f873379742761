import { WebhookVerificationError } from './verification-error'

/** Unix seconds of 12 digits reach beyond the year 30000; milliseconds have three more. */
const MAX_DIGITS = 12

/** How many digits a time of today has: where nothing ends it, it is as long as this. */
const FIXED_DIGITS = 10

export interface TimestampRules {
  readonly nowSeconds: number
  readonly toleranceSeconds: number
  readonly milliseconds: boolean
  /** Nothing keeps it apart from the next part, but that it has 10 digits, or 13. */
  readonly isFixed: boolean
}

/**
 * Returns when `text` is unix seconds no further from `nowSeconds` than the tolerance, either way.
 * @throws {WebhookVerificationError} `bad-timestamp`, `stale-timestamp`
 */
export function checkTimestamp(text: string, rules: TimestampRules): void {
  const { nowSeconds, toleranceSeconds, milliseconds, isFixed } = rules
  const more = milliseconds ? 3 : 0
  if (isFixed && text.length !== FIXED_DIGITS + more) {
    throw new WebhookVerificationError('bad-timestamp', `the timestamp must be ${FIXED_DIGITS + more} decimal digits`)
  }
  const time = strictNumber(text, MAX_DIGITS + more)
  const distance = Math.abs(nowSeconds - (milliseconds ? time / 1000 : time))
  // Written so that a time or tolerance that is not a number refuses.
  if (!(distance <= toleranceSeconds)) {
    throw new WebhookVerificationError('stale-timestamp', `the timestamp is not within ${toleranceSeconds} s of now`)
  }
}

// Number() and parseInt() both take more than digits.
function strictNumber(text: string, most: number): number {
  if (text.length === 0 || text.length > most) throw notDecimal(most)
  let number = 0
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) throw notDecimal(most)
    number = number * 10 + digit
  }
  return number
}

function notDecimal(most: number): WebhookVerificationError {
  return new WebhookVerificationError('bad-timestamp', `the timestamp must be 1 to ${most} decimal digits`)
}
