import { timingSafeEqual } from 'node:crypto'

/** Made once: nothing runs between filling and comparing. 44 = base64, 64 = hex of an HMAC-SHA256. */
const base64 = { given: new Uint8Array(44), expected: new Uint8Array(44) }
const hex = { given: new Uint8Array(64), expected: new Uint8Array(64) }

/**
 * Whether the encoded signatures are the same text, in a time that tells nothing about `expected`. Comparing the
 * encoded text refuses every other spelling of the same bytes (unused bits, another alphabet, upper case).
 */
export function isSameText(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false
  const pair = expected.length === 44 ? base64 : hex
  let units = 0
  for (let at = 0; at < expected.length; at += 1) {
    const unit = given.charCodeAt(at)
    units |= unit
    pair.given[at] = unit
    pair.expected[at] = expected.charCodeAt(at)
  }
  return units < 128 && timingSafeEqual(pair.given, pair.expected)
}
