import type { LiveKey } from './live-keys'
import { mac, type SignedContent } from './mac'
import type { SignatureHeader } from './scheme'
import { holdsSignature } from './signatures'

/** A key that verified this many deliveries in a row is tried first. */
const TRIED_FIRST_AFTER = 2

/**
 * Whether a header's value holds a signature of one of the keys over the content. Keys are tried newest first, but for
 * an older one that verifies delivery after delivery: while a sender signs with it alone, it costs one HMAC, not two.
 */
export function isSignedByAny(keys: readonly LiveKey[], content: SignedContent, claim: Claim): boolean {
  for (const key of inOrder(keys)) {
    if (!holdsSignature(claim.value, claim.header, mac(key, content, claim.header.encoding))) continue
    if (keys.length > 1) remember(keys, key)
    return true
  }
  return false
}

/** A signature header's value, and how to read it. */
export interface Claim {
  readonly header: SignatureHeader
  readonly value: string
}

function inOrder(keys: readonly LiveKey[]): readonly LiveKey[] {
  if (keys.length === 1) return keys
  const steady = keys.find(key => key.matchesInARow >= TRIED_FIRST_AFTER)
  return steady === undefined || steady === keys[0] ? keys : [steady, ...keys.filter(key => key !== steady)]
}

function remember(keys: readonly LiveKey[], matched: LiveKey): void {
  for (const key of keys) key.matchesInARow = key === matched ? key.matchesInARow + 1 : 0
}
