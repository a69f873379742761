import { WebhookVerificationError } from './verification-error'

/** Unix seconds of 12 digits reach beyond the year 30000. */
const MAX_DIGITS = 12

/**
 * Returns when `text` is unix seconds no further from `nowSeconds` than the tolerance, either way.
 * @throws {WebhookVerificationError} `bad-timestamp`, `stale-timestamp`
 */
export function checkTimestamp(text: string, nowSeconds: number, toleranceSeconds: number): void {
  const distance = Math.abs(nowSeconds - strictSeconds(text))
  // Written so that a time or tolerance that is not a number refuses.
  if (!(distance <= toleranceSeconds)) {
    throw new WebhookVerificationError('stale-timestamp', `the timestamp is not within ${toleranceSeconds} s of now`)
  }
}

// Number() and parseInt() both take more than digits.
function strictSeconds(text: string): number {
  if (text.length === 0 || text.length > MAX_DIGITS) throw notDecimal()
  let seconds = 0
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) throw notDecimal()
    seconds = seconds * 10 + digit
  }
  return seconds
}

function notDecimal(): WebhookVerificationError {
  return new WebhookVerificationError('bad-timestamp', `the timestamp must be 1 to ${MAX_DIGITS} decimal digits`)
}
