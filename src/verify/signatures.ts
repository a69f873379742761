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

/**
 * Whether one of the signatures in a header's value is `expected`, an encoded HMAC. Parts that do not start with the
 * scheme's prefix (another version) are skipped and not counted. Nothing is copied out of the value.
 */
export function holdsSignature(value: string, header: SignatureHeader, expected: string): boolean {
  const { form, prefix } = header
  let looked = 0
  for (let start = 0; start < value.length && looked < MAX_SIGNATURES;) {
    if (value.startsWith(prefix, start)) {
      const from = start + prefix.length
      if (endsAt(value, from + expected.length, form) && isSameTextAt(value, from, expected)) return true
      looked += 1
    }
    if (form === 'single') return false
    start = endOfPart(value, start, form === 'list' ? ' ' : ',') + 1
  }
  return false
}

// Of `v1,<signature>,<anything>` only the signature counts, as in the reference library: a header that was sent twice
// reaches a receiver joined by a comma and a space (RFC 9110, section 5.3).
function endsAt(value: string, end: number, form: SignatureHeader['form']): boolean {
  if (end >= value.length || form === 'single') return end === value.length
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
export function timestampsIn(value: string): string[] {
  const timestamps: string[] = []
  for (let start = 0; start < value.length;) {
    const end = endOfPart(value, start, ',')
    if (value.startsWith('t=', start)) timestamps.push(value.slice(start + 2, end))
    start = end + 1
  }
  return timestamps
}

function endOfPart(value: string, start: number, separator: string): number {
  const end = value.indexOf(separator, start)
  return end === -1 ? value.length : end
}
