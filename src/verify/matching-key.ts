import type { LiveKey } from './live-keys'
import { mac, type SignedContent } from './mac'
import { isSameText } from './same-text'
import type { SignatureHeader } from './scheme'

/** A key that verified this many deliveries in a row is tried first. */
const TRIED_FIRST_AFTER = 2

/**
 * Whether one of the signatures is one of the keys' over the content. Keys are tried newest first, but for an older
 * one that verifies delivery after delivery: while a sender still signs with it alone, it costs one HMAC and not two.
 */
export function anyKeySigned(
  keys: readonly LiveKey[],
  signed: { readonly content: SignedContent; readonly signatures: readonly string[] },
  encoding: SignatureHeader['encoding'],
): boolean {
  if (signed.signatures.length === 0) return false
  for (const key of inOrder(keys)) {
    const expected = mac(key, signed.content, encoding)
    for (const signature of signed.signatures) {
      if (!isSameText(signature, expected)) continue
      if (keys.length > 1) remember(keys, key)
      return true
    }
  }
  return false
}

function inOrder(keys: readonly LiveKey[]): readonly LiveKey[] {
  if (keys.length === 1) return keys
  const steady = keys.find(key => key.matchesInARow >= TRIED_FIRST_AFTER)
  return steady === undefined || steady === keys[0] ? keys : [steady, ...keys.filter(key => key !== steady)]
}

function remember(keys: readonly LiveKey[], matched: LiveKey): void {
  for (const key of keys) key.matchesInARow = key === matched ? key.matchesInARow + 1 : 0
}
