import { createSecretKey, type KeyObject } from 'node:crypto'
import { keyBytes, type KeyBytes } from './key-bytes'
import { FaultySecretError, type SecretFaultCode, WebhookVerificationError } from './verification-error'

/** One live secret, ready for HMAC. */
export interface LiveKey {
  readonly hmacKey: KeyObject
  readonly format: KeyBytes
  /** The key is used as it stands, and reported all the same. */
  readonly hasWhitespace: boolean
  /** How many deliveries in a row this key verified among the keys it was tried with. */
  matchesInARow: number
}

/** Secrets beyond this push out those that came first. */
const MAX_CACHED = 1000

/** Keys by their secret's text, so that a key object is made once and not for each delivery. */
const cache = new Map<string, LiveKey>()

export interface SecretRules {
  readonly format: KeyBytes
  /** Told of every secret that is not as it should be. */
  readonly onError: ((error: FaultySecretError) => void) | undefined
}

/**
 * The keys of the secrets that can be used, in the same order: a bad one never takes a good one along.
 * @throws {WebhookVerificationError} `empty-secret` when there is no secret, or each decodes to no bytes.
 * @throws {FaultySecretError} when no secret can be used.
 */
export function liveKeys(secrets: string | readonly string[], { format, onError }: SecretRules): readonly LiveKey[] {
  const keys: LiveKey[] = []
  let malformed: FaultySecretError | null = null
  for (const [index, secret] of listOf(secrets).entries()) {
    const key = cachedKey(secret, format)
    if (typeof key === 'object') keys.push(key)
    const code = faultOf(key)
    if (code === null) continue
    const error = new FaultySecretError(code, index)
    if (code !== 'empty-secret') malformed ??= error
    onError?.(error)
  }
  if (keys.length > 0) return keys
  throw malformed ?? noSecret('every secret decodes to no bytes')
}

function faultOf(key: LiveKey | SecretFaultCode): SecretFaultCode | null {
  if (typeof key === 'string') return key
  return key.hasWhitespace ? 'secret-with-whitespace' : null
}

/**
 * The keys of all secrets, none of them kept: a sender has many secrets and answers for how long each stays in memory.
 * @throws {WebhookVerificationError} `empty-secret` when there is no secret or one decodes to no bytes.
 * @throws {FaultySecretError} when a secret is not in the format: receivers that have only that one would be dropped.
 */
export function uncachedKeys(secrets: string | readonly string[], format: KeyBytes): readonly LiveKey[] {
  return listOf(secrets).map((secret, index) => {
    const key = newKey(secret, format)
    if (typeof key === 'object') return key
    throw key === 'empty-secret' ? noSecret('a secret decodes to no bytes') : new FaultySecretError(key, index)
  })
}

function listOf(secrets: string | readonly string[]): readonly string[] {
  if (typeof secrets === 'string') return [secrets]
  if (secrets.length === 0) throw noSecret('there is no live secret')
  return secrets
}

function noSecret(message: string): WebhookVerificationError {
  return new WebhookVerificationError('empty-secret', message)
}

function cachedKey(secret: string, format: KeyBytes): LiveKey | SecretFaultCode {
  const cached = cache.get(secret)
  if (cached !== undefined && isSame(cached.format, format)) return cached
  const key = newKey(secret, format)
  if (typeof key === 'string') return key
  const [oldest] = cache.keys()
  if (oldest !== undefined && cache.size >= MAX_CACHED) cache.delete(oldest)
  cache.set(secret, key)
  return key
}

function newKey(secret: string, format: KeyBytes): LiveKey | SecretFaultCode {
  // Lists come out of environments and files, where the compiler sees nothing.
  if (typeof secret !== 'string') return 'malformed-secret'
  const trimmed = secret.trim()
  const hasWhitespace = trimmed !== secret
  const bytes = trimmed === '' ? empty : decoded(secret, format)
  if (bytes === null) return hasWhitespace ? 'secret-with-whitespace' : 'malformed-secret'
  if (bytes.length === 0) return 'empty-secret'
  return { hmacKey: createSecretKey(bytes), format, hasWhitespace, matchesInARow: 0 }
}

const empty = new Uint8Array()

/** Null: not in the format. */
function decoded(secret: string, format: KeyBytes): Uint8Array | null {
  try {
    return keyBytes(secret, format)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
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
