import type { Overlap } from '../../contracts/contract'
import { invalidField } from './invalid-field'
import { parseIsoDuration } from './iso-duration'
import { readBoolean, readWholeNumber, readWord } from './read-value'

export type ChosenOverlap = Extract<Overlap, { kind: 'chosen' }>

const secondsIn = { seconds: 1, minutes: 60, hours: 60 * 60 } as const
const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/**
 * The overlap that a caller chose, in whole seconds.
 * @throws {Problem} `invalid-request` at the rule's field, saying what is allowed
 */
export function readOverlapSeconds(rule: ChosenOverlap, value: unknown, now: Date): number {
  const seconds = inSeconds(rule, value, now)
  if (seconds >= 0 && seconds <= rule.maximumSeconds) return seconds
  throw invalidField(rule.field, `must be 0 to ${rule.maximumSeconds} seconds long`)
}

function inSeconds(rule: ChosenOverlap, value: unknown, now: Date): number {
  const { field, unit, defaultSeconds, maximumSeconds, words = {} } = rule
  switch (unit) {
    case 'seconds':
    case 'minutes':
    case 'hours': {
      const most = Math.floor(maximumSeconds / secondsIn[unit])
      return readWholeNumber(field, [0, most], value) * secondsIn[unit]
    }
    case 'boolean':
      return readBoolean(field, value) ? defaultSeconds : 0
    case 'words':
      return words[readWord(field, Object.keys(words), value)] ?? 0
    case 'iso-duration':
      return readDuration(field, value)
    case 'instant':
      return readInstant(field, value, now)
  }
}

function readDuration(field: string, value: unknown): number {
  const seconds = typeof value === 'string' ? parseIsoDuration(value) : null
  if (seconds === null) throw invalidField(field, 'must be an ISO 8601 duration without years and months, like PT24H')
  return seconds
}

/** The seconds until an RFC 3339 instant, rounded up: what was promised until then works until then. */
function readInstant(field: string, value: unknown, now: Date): number {
  const at = typeof value === 'string' && instantPattern.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw invalidField(field, 'must be an RFC 3339 instant, like 2026-11-21T12:00:00Z')
  if (at < now.getTime()) throw invalidField(field, 'must not be in the past')
  return Math.ceil((at - now.getTime()) / 1000)
}
