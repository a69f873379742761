import { timingSafeEqual } from 'node:crypto'

/** Made once: nothing runs between filling and comparing. 44 = base64, 64 = hex of an HMAC-SHA256. */
const buffers = {
  44: { given: Buffer.alloc(44), expected: Buffer.alloc(44) },
  64: { given: Buffer.alloc(64), expected: Buffer.alloc(64) },
}

/**
 * Whether the encoded signatures are the same text, in a time that tells nothing about `expected`. Comparing the
 * encoded text refuses every other spelling of the same bytes (unused bits, another alphabet, upper case).
 */
export function isSameText(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false
  const pair = buffers[expected.length === 44 ? 44 : 64]
  // A character beyond ASCII takes more bytes than one, so it either differs or leaves the buffer unfilled.
  if (pair.given.write(given, 'utf8') !== expected.length) return false
  pair.expected.write(expected, 'latin1')
  return timingSafeEqual(pair.given, pair.expected)
}
