import type { Scheme } from './schemes'
import { WebhookVerificationError } from './verification-error'

/** Unix seconds of 12 digits reach beyond the year 30000; milliseconds have three more. */
const MAX_DIGITS = 12

/** How many digits a time of today has: where nothing ends it, it is as long as this. */
const FIXED_DIGITS = 10

export interface TimestampRules {
  readonly nowSeconds: number
  readonly toleranceSeconds: number
  readonly milliseconds: boolean
  readonly isoTime: Scheme['isoTime']
  /** Nothing keeps it apart from the next part, but that it has 10 digits, or 13. */
  readonly isFixed: boolean
}

/** The time of sending, as the scheme writes it. Seconds are cut, not rounded. */
export function writtenTime({ milliseconds, isoTime }: Pick<Scheme, 'milliseconds' | 'isoTime'>, now: Date): string {
  if (isoTime !== undefined) return isoText(now, isoTime)
  return String(milliseconds === true ? now.getTime() : Math.floor(now.getTime() / 1000))
}

function isoText(at: Date, precision: 'second' | 'millisecond'): string {
  return precision === 'millisecond' ? at.toISOString() : `${at.toISOString().slice(0, 19)}Z`
}

/**
 * Returns when `text` is a time, written as the scheme writes it, no further from `nowSeconds` than the tolerance, either way.
 * @throws {WebhookVerificationError} `bad-timestamp`, `stale-timestamp`
 */
export function checkTimestamp(text: string, rules: TimestampRules): void {
  const { milliseconds, isoTime, isFixed } = rules
  if (isoTime !== undefined) return checkDistance(isoSeconds(text, isoTime), rules)
  const more = milliseconds ? 3 : 0
  if (isFixed && text.length !== FIXED_DIGITS + more) {
    throw new WebhookVerificationError('bad-timestamp', `the timestamp must be ${FIXED_DIGITS + more} decimal digits`)
  }
  const time = strictNumber(text, MAX_DIGITS + more)
  checkDistance(milliseconds ? time / 1000 : time, rules)
}

function checkDistance(seconds: number, { nowSeconds, toleranceSeconds }: TimestampRules): void {
  const distance = Math.abs(nowSeconds - seconds)
  // Written so that a time or tolerance that is not a number refuses.
  if (!(distance <= toleranceSeconds)) {
    throw new WebhookVerificationError('stale-timestamp', `the timestamp is not within ${toleranceSeconds} s of now`)
  }
}

/** The seconds of a time that is spelled as it is written, letter by letter: so it also ends where it seems to. */
function isoSeconds(text: string, precision: 'second' | 'millisecond'): number {
  const at = new Date(text)
  if (!Number.isNaN(at.getTime()) && text === isoText(at, precision)) return at.getTime() / 1000
  throw new WebhookVerificationError(
    'bad-timestamp',
    `the timestamp must be in UTC and to the ${precision}, like ${isoText(new Date(0), precision)}`,
  )
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
