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
const MAX_CACHED = 1000

/** Keys by their secret's text, so that a key object is made once and not for each delivery. */
const cache = new Map<string, LiveKey>()

/**
 * The keys of the secrets, in the same order.
 * @throws {WebhookVerificationError} `empty-secret` when there is no secret or one decodes to no bytes.
 * @throws {TypeError} when a secret is not in the format.
 */
export function liveKeys(secrets: string | readonly string[], format: KeyBytes): readonly LiveKey[] {
  return listOf(secrets).map(secret => cachedKey(secret, format))
}

/** The same keys, none of them kept: a sender has many secrets and answers for how long each stays in memory. */
export function uncachedKeys(secrets: string | readonly string[], format: KeyBytes): readonly LiveKey[] {
  return listOf(secrets).map(secret => newKey(secret, format))
}

function listOf(secrets: string | readonly string[]): readonly string[] {
  if (typeof secrets === 'string') return [secrets]
  if (secrets.length === 0) throw new WebhookVerificationError('empty-secret', 'there is no live secret')
  return secrets
}

function cachedKey(secret: string, format: KeyBytes): LiveKey {
  const cached = cache.get(secret)
  if (cached !== undefined && isSame(cached.format, format)) return cached
  const key = newKey(secret, format)
  const [oldest] = cache.keys()
  if (oldest !== undefined && cache.size >= MAX_CACHED) cache.delete(oldest)
  cache.set(secret, key)
  return key
}

function newKey(secret: string, format: KeyBytes): LiveKey {
  const bytes = keyBytes(secret, format)
  if (bytes.length === 0) throw new WebhookVerificationError('empty-secret', 'a secret decodes to no bytes')
  return { hmacKey: createSecretKey(bytes), format, matchesInARow: 0 }
}

function isSame(one: KeyBytes, other: KeyBytes): boolean {
  return one === other || (one.encoding === other.encoding && one.prefix === other.prefix)
}

/** A key that verified this many deliveries in a row is tried first. */
const TRIED_FIRST_AFTER = 2

/**
 * The keys in the order to try them: newest first, but for an older one that verifies delivery after delivery. While a
 * sender signs with it alone, a delivery costs one HMAC and not two.
 */
export function inTrialOrder(keys: readonly LiveKey[]): readonly LiveKey[] {
  if (keys.length === 1) return keys
  const steady = keys.find(key => key.matchesInARow >= TRIED_FIRST_AFTER)
  return steady === undefined || steady === keys[0] ? keys : [steady, ...keys.filter(key => key !== steady)]
}

/** Remembers which of several keys verified a delivery. */
export function countMatch(keys: readonly LiveKey[], matched: LiveKey): void {
  if (keys.length === 1) return
  for (const key of keys) key.matchesInARow = key === matched ? key.matchesInARow + 1 : 0
}
