import { writtenTime } from '../verify/timestamp'
import type { Scheme } from '../verify/schemes'
import { type Finding, counted, duration, proven } from './finding'

// What is wrong with the time that a request says of itself.

export interface TimeRules {
  readonly scheme: Scheme
  readonly now: Date
  readonly toleranceSeconds: number
}

const DAY = 86_400
const YEAR = 366 * DAY

/** Null: nothing. */
export function timeFault(text: string, rules: TimeRules): Finding | null {
  const { scheme, now, toleranceSeconds } = rules
  const nowSeconds = Math.floor(now.getTime() / 1000)
  const read = readTime(text)
  if (read === null) return malformed(text, scheme)
  const { seconds, unit } = read
  const expected = scheme.isoTime === undefined ? (scheme.milliseconds === true ? 'milliseconds' : 'seconds') : 'text'
  if (unit !== expected) return otherUnit(unit, expected, scheme)
  if (expected === 'text' && text !== writtenTime(scheme, new Date(seconds * 1000))) return malformed(text, scheme)
  if (expected !== 'text' && !/^\d{1,15}$/.test(text)) return malformed(text, scheme)
  const age = nowSeconds - seconds
  return Math.abs(age) <= toleranceSeconds ? null : staleness(age, toleranceSeconds)
}

interface ReadTime {
  readonly seconds: number
  readonly unit: 'seconds' | 'milliseconds' | 'text'
}

function readTime(text: string): ReadTime | null {
  if (/^\d{1,12}$/.test(text)) return { seconds: Number(text), unit: 'seconds' }
  if (/^\d{13,15}$/.test(text)) return { seconds: Number(text) / 1000, unit: 'milliseconds' }
  const at = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : { seconds: at / 1000, unit: 'text' }
}

function malformed(text: string, scheme: Scheme): Finding {
  const message = `The timestamp has ${counted(text.length, 'character')} and is not written as the scheme writes it: ${formOf(scheme)}.`
  return proven('timestamp-malformed', message, 'Hand it on as it came; the signature covers it letter by letter.')
}

function formOf({ isoTime, milliseconds }: Scheme): string {
  if (isoTime !== undefined) return `a time in UTC to the ${isoTime}`
  return milliseconds === true ? 'milliseconds since 1970' : 'whole seconds since 1970'
}

function otherUnit(unit: ReadTime['unit'], expected: ReadTime['unit'], scheme: Scheme): Finding {
  if (unit === 'milliseconds' && expected === 'seconds') {
    const message = 'The timestamp is in milliseconds, and the scheme has seconds.'
    const remedy =
      'Let the sender divide by 1000 and cut the rest; or verify with a scheme that has milliseconds: true.'
    return proven('timestamp-in-milliseconds', message, remedy)
  }
  if (unit === 'seconds' && expected === 'milliseconds') {
    const message = 'The timestamp is in seconds, and the scheme has milliseconds.'
    return proven(
      'timestamp-in-seconds',
      message,
      'Verify with a scheme without milliseconds, or let the sender send them.',
    )
  }
  const message = `The timestamp is ${unit === 'text' ? 'a date as text' : `in ${unit}`}, and the scheme has ${formOf(scheme)}.`
  return proven('timestamp-malformed', message, 'Hand it on as it came; the signature covers it letter by letter.')
}

/** Later than this, nobody's clock is that wrong: it is an old request. */
const mostSkew = 3600

function staleness(age: number, toleranceSeconds: number): Finding {
  const size = duration(age)
  const limit = `${toleranceSeconds} s are tolerated`
  if (age < 0) {
    const message = `The request says it was sent ${size} from now; ${limit}. This clock is behind, or the sender's is ahead.${zoneHint(age)}`
    return proven(
      'clock-skew',
      message,
      'Set both clocks by NTP. For a captured request, give the time when it arrived as now.',
    )
  }
  if (age <= mostSkew) {
    const message = `The request says it was sent ${size} ago; ${limit}. This clock is ahead, the sender's is behind, or the request was held up.${zoneHint(age)}`
    return proven(
      'clock-skew',
      message,
      'Set both clocks by NTP. For a captured request, give the time when it arrived as now.',
    )
  }
  const old = age > YEAR ? ' The time may be wrong altogether.' : ''
  const message = `The request was sent ${size} ago; ${limit}. It was sent again or held up since, or is looked at late.${zoneHint(age)}${old}`
  const remedy =
    'A sender signs each attempt anew: refuse what is replayed. For a captured request, give the time when it arrived as now.'
  return proven('replayed', message, remedy)
}

/** Local time that was written as UTC is off by whole hours, or by half ones. */
function zoneHint(age: number): string {
  const hours = Math.round(Math.abs(age) / 1800) / 2
  const isNear = hours >= 1 && hours <= 14 && Math.abs(Math.abs(age) - hours * 3600) <= 60
  return isNear
    ? ` That is ${counted(hours, 'hour')} nearly to the minute: a local time may have been taken for UTC.`
    : ''
}
