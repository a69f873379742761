import { createSecretKey, type KeyObject } from 'node:crypto'
import { keyBytes, type KeyBytes } from './key-bytes'
import { WebhookVerificationError } from './verification-error'

/** One live secret, ready for HMAC. */
export interface LiveKey {
  readonly hmacKey: KeyObject
  readonly format: KeyBytes
  /** How many deliveries in a row this key verified among the keys it was tried with. */
  matchesInARow: number
}

/** Secrets beyond this push out those that came first. */
const MAX_KEPT = 1000

/** Keys by their secret's text, so that a key object is made once and not for each delivery. */
const kept = new Map<string, LiveKey>()

/**
 * The keys of the secrets, in the same order.
 * @throws {WebhookVerificationError} `empty-secret` when there is no secret or one decodes to no bytes.
 * @throws {TypeError} when a secret is not in the format.
 */
export function liveKeys(secrets: string | readonly string[], format: KeyBytes): readonly LiveKey[] {
  if (typeof secrets === 'string') return [liveKey(secrets, format)]
  if (secrets.length === 0) throw new WebhookVerificationError('empty-secret', 'there is no live secret')
  return secrets.map(secret => liveKey(secret, format))
}

/** The same keys, none of them kept: a sender has many secrets and answers for how long each stays in memory. */
export function passingKeys(secrets: string | readonly string[], format: KeyBytes): readonly LiveKey[] {
  const all = typeof secrets === 'string' ? [secrets] : secrets
  if (all.length === 0) throw new WebhookVerificationError('empty-secret', 'there is no live secret')
  return all.map(secret => madeKey(secret, format))
}

function liveKey(secret: string, format: KeyBytes): LiveKey {
  const found = kept.get(secret)
  if (found !== undefined && isSame(found.format, format)) return found
  const made = madeKey(secret, format)
  keep(secret, made)
  return made
}

function madeKey(secret: string, format: KeyBytes): LiveKey {
  const bytes = keyBytes(secret, format)
  if (bytes.length === 0) throw new WebhookVerificationError('empty-secret', 'a secret decodes to no bytes')
  return { hmacKey: createSecretKey(bytes), format, matchesInARow: 0 }
}

function isSame(one: KeyBytes, other: KeyBytes): boolean {
  return one === other || (one.encoding === other.encoding && one.prefix === other.prefix)
}

function keep(secret: string, key: LiveKey): void {
  const [oldest] = kept.keys()
  if (oldest !== undefined && kept.size >= MAX_KEPT) kept.delete(oldest)
  kept.set(secret, key)
}
