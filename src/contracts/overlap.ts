import type { Contract, Overlap, Span } from './contract'
import type { OverlapUnit } from './dimensions'
import { parsePlace } from './place'

/** An overlap that the caller may choose. */
export type ChosenOverlap = Extract<Overlap, { readonly kind: 'chosen' }>

/** How long the key before keeps working after a rotation for which the caller chose this; null: nothing. */
export function overlapAfter({ overlap }: Pick<Contract, 'overlap'>, chosen: Span | null): Span {
  switch (overlap.kind) {
    case 'none':
      return 0
    case 'fixed':
      return overlap.seconds
    case 'chosen':
      return chosen === null ? overlap.defaultSeconds : rounded(overlap, chosen)
  }
}

/** As `overlapAfter`, for a request that the hook writes: with the length that it says. */
export function overlapOfRequest({ overlap }: Pick<Contract, 'overlap'>, wanted: Span | null): Span {
  if (overlap.kind !== 'chosen' || (wanted === null && !mustBeSaid(overlap))) return overlapAfter({ overlap }, wanted)
  return rounded(overlap, saidLength(overlap, wanted ?? overlap.defaultSeconds))
}

/** The length that the vendor makes of the one that was asked for. */
export function rounded(overlap: ChosenOverlap, span: Span): Span {
  if (span === 'endless') return span
  const { rounded: rule, clamped, minimumSeconds = 0, maximumSeconds } = overlap
  const length = rule === undefined ? span : rounding[rule.direction](span / rule.toSeconds) * rule.toSeconds
  return clamped === true ? Math.min(Math.max(length, minimumSeconds), maximumSeconds) : length
}

const rounding = { up: Math.ceil, down: Math.floor, nearest: Math.round }

/** Whether a caller may choose this length, once it is rounded. Which words there are does not matter. */
export function isWithin({ minimumSeconds = 0, maximumSeconds }: ChosenOverlap, span: Span): boolean {
  return span !== 'endless' && span >= minimumSeconds && span <= maximumSeconds
}

/** For how long a request may be on its way, and by how much the vendor's clock may be ahead. */
export const marginSeconds = 60

/** Whether a request says when the key before ends, in place of how long it works. */
export function saysInstant({ unit }: ChosenOverlap): boolean {
  return unit === 'instant' || unit === 'unix-seconds'
}

/**
 * The length that a request says for the wanted one. Less of an instant is left once it arrives, so one at the least
 * length would be refused: it is said with a margin, up to the greatest length. A vendor that clamps refuses none.
 */
export function saidLength(overlap: ChosenOverlap, wanted: Span): Span {
  if (wanted === 'endless' || !saysInstant(overlap) || overlap.clamped === true) return wanted
  return Math.max(wanted, Math.min(leastTaken(overlap) + marginSeconds, overlap.maximumSeconds))
}

/** The least length that is a good one once the vendor has rounded it. */
export function leastTaken({ minimumSeconds = 0, rounded: rule }: ChosenOverlap): number {
  if (rule === undefined) return minimumSeconds
  const least = Math.ceil(minimumSeconds / rule.toSeconds) * rule.toSeconds
  return Math.max(0, least - roundedAway[rule.direction] * rule.toSeconds)
}

/** The share of a step by which a length may be below the one that it is rounded to. */
const roundedAway = { up: 1, down: 0, nearest: 0.5 }

/** How many seconds one of the unit is; null: it counts in no unit. */
export const secondsIn: Readonly<Record<OverlapUnit, number | null>> = {
  seconds: 1,
  minutes: 60,
  hours: 60 * 60,
  days: 24 * 60 * 60,
  'iso-duration': 1,
  instant: null,
  'unix-seconds': null,
  words: null,
}

/** Whether a caller can write this length: it is one of the words, or a multiple of the unit. */
export function isSayable({ unit, words, rounded: rule }: ChosenOverlap, span: Span): boolean {
  if (words !== undefined) return Object.values(words).includes(span)
  const step = rule === undefined ? (secondsIn[unit] ?? 1) : 1
  return span !== 'endless' && span % step === 0
}

/** Whether each request has to say the length. */
export function mustBeSaid({ required, field }: ChosenOverlap): boolean {
  return required === true || parsePlace(field).in === 'path'
}

/** Which lengths a caller may choose, for people. */
export function allowedSpans(overlap: ChosenOverlap): string {
  const { minimumSeconds = 0, maximumSeconds } = overlap
  return `${minimumSeconds} to ${maximumSeconds} seconds ${saysInstant(overlap) ? 'from now' : 'long'}`
}

/** Whether a key before may keep working without an end. */
export function mayBeEndless({ overlap }: Pick<Contract, 'overlap'>): boolean {
  if (overlap.kind === 'none') return false
  if (overlap.kind === 'fixed') return overlap.seconds === 'endless'
  return [overlap.defaultSeconds, ...Object.values(overlap.words ?? {})].includes('endless')
}

/** Whether each rotation that there can be leaves the key before without an end. */
export function isAlwaysEndless(overlap: Overlap): boolean {
  if (overlap.kind !== 'chosen') return overlap.kind === 'fixed' && overlap.seconds === 'endless'
  const lengths = [...(mustBeSaid(overlap) ? [] : [overlap.defaultSeconds]), ...Object.values(overlap.words ?? {})]
  return overlap.unit === 'words' && lengths.every(length => length === 'endless')
}

/** What a word of the contract is in JSON: true, false, a number or a text. */
export function jsonOfWord(word: string): string | number | boolean {
  if (word === 'true' || word === 'false') return word === 'true'
  return /^(?:0|[1-9]\d{0,14})$/.test(word) ? Number(word) : word
}
