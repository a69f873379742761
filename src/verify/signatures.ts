import { timingSafeEqual } from 'node:crypto'
import type { SignatureHeader } from './schemes'

/** More signatures than this in one header are not looked at. */
const MAX_SIGNATURES = 16

/** An HMAC-SHA256 has 44 characters in base64 and 64 in hex. */
const BASE64_LENGTH = 44
const HEX_LENGTH = 64

/** Where a signature differs from the expected one; made once, as nothing else runs while they are in use. */
const base64Difference = new Uint8Array(BASE64_LENGTH)
const hexDifference = new Uint8Array(HEX_LENGTH)
const noBase64Difference = new Uint8Array(BASE64_LENGTH)
const noHexDifference = new Uint8Array(HEX_LENGTH)

/** How a header's parts stand beside one another. */
interface Parts {
  /** As it is written. */
  readonly separator: string
  /** What ends a part. */
  readonly end: string
  /** Whether spaces may stand before a part. */
  readonly isSpaced: boolean
}

/** A separator that the scheme names may be followed by spaces, as where a header that was sent twice is joined. */
export function partsOf({ form, separator }: Pick<SignatureHeader, 'form' | 'separator'>): Parts {
  if (separator === undefined) return form === 'list' ? spaces : commas
  return { separator, end: separator[0] ?? ' ', isSpaced: true }
}

const spaces: Parts = { separator: ' ', end: ' ', isSpaced: false }
const commas: Parts = { separator: ',', end: ',', isSpaced: false }

/** Where the part begins that begins at `start`, or behind its spaces. */
function startOfPart(value: string, start: number, { isSpaced }: Parts): number {
  if (!isSpaced) return start
  let at = start
  while (value[at] === ' ') at += 1
  return at
}

/**
 * Whether one of the signatures in a header's value is `expected`, an encoded HMAC. Parts that do not start with the
 * scheme's prefix (another version) are skipped and not counted. Nothing is copied out of the value.
 */
export function holdsSignature(value: string, header: SignatureHeader, expected: string): boolean {
  const { form } = header
  const parts = partsOf(header)
  let looked = 0
  for (let start = 0; start < value.length && looked < MAX_SIGNATURES;) {
    const at = form === 'single' ? start : startOfPart(value, start, parts)
    const prefix = prefixAt(value, at, header)
    if (prefix !== undefined) {
      const from = at + prefix.length
      if (endsAt(value, from + expected.length, header) && isSameTextAt(value, from, expected)) return true
      looked += 1
    }
    if (form === 'single') return false
    start = endOfPart(value, at, parts.end) + 1
  }
  return false
}

/** The prefix with which the part begins; undefined: with none of them. */
function prefixAt(value: string, at: number, { prefix, olderPrefix }: SignatureHeader): string | undefined {
  if (value.startsWith(prefix, at)) return prefix
  return olderPrefix !== undefined && value.startsWith(olderPrefix, at) ? olderPrefix : undefined
}

// Of `v1,<signature>,<anything>` only the signature counts, as in the reference library: a header that was sent twice
// reaches a receiver joined by a comma and a space (RFC 9110, section 5.3).
function endsAt(value: string, end: number, { form, separator }: SignatureHeader): boolean {
  if (end >= value.length || form === 'single') return end === value.length
  if (separator !== undefined) return value[end] === separator[0]
  return value[end] === ',' || (form === 'list' && value[end] === ' ')
}

/**
 * Whether `expected`, an encoded HMAC, stands in `text` from `start`, in a time that tells nothing about it (Standard
 * Webhooks 1.0.0, "Verifying signatures"). Comparing the encoded text refuses every other spelling of the same bytes:
 * unused bits, another alphabet, upper case.
 */
function isSameTextAt(text: string, start: number, expected: string): boolean {
  const isBase64 = expected.length === BASE64_LENGTH
  const difference = isBase64 ? base64Difference : hexDifference
  let units = 0
  for (let at = 0; at < difference.length; at += 1) {
    const unit = text.charCodeAt(start + at)
    units |= unit
    difference[at] = unit ^ expected.charCodeAt(at)
  }
  // A unit beyond ASCII would lose its upper bits in the array.
  return units < 128 && timingSafeEqual(difference, isBase64 ? noBase64Difference : noHexDifference)
}

/** The texts of every `t=` in a timestamped list: a well-formed one has exactly one. */
export function timestampsIn(value: string, header: SignatureHeader): string[] {
  const parts = partsOf(header)
  const timestamps: string[] = []
  for (let start = 0; start < value.length;) {
    const at = startOfPart(value, start, parts)
    const end = endOfPart(value, at, parts.end)
    if (value.startsWith('t=', at)) timestamps.push(value.slice(at + 2, end))
    start = end + 1
  }
  return timestamps
}

function endOfPart(value: string, start: number, separator: string): number {
  const end = value.indexOf(separator, start)
  return end === -1 ? value.length : end
}
