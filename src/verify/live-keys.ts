import { createSecretKey, type KeyObject } from 'node:crypto'
import { kindOf } from './arguments'
import { keyBytes, type KeyBytes } from './key-bytes'
import { FaultySecretError, type SecretFaultCode, WebhookVerificationError } from './verification-error'

/** One live secret, ready for HMAC. */
export interface LiveKey {
  readonly hmacKey: KeyObject
  /** How many deliveries in a row this key verified among the keys it was tried with. */
  matchesInARow: number
}

/** What a secret's text comes to: a key, a fault, or both. */
interface ParsedSecret {
  readonly format: KeyBytes
  readonly key: LiveKey | null
  readonly fault: SecretFaultCode | null
}

/** Secrets beyond this push out those that came first. */
const MAX_CACHED = 1000

/** By the secret's text, so that a key object is made once and not for each delivery. */
const cache = new Map<string, ParsedSecret>()

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
  const list = listOf(secrets)
  const keys: LiveKey[] = []
  let isFaulty = false
  for (const secret of list) {
    const { key, fault } = cachedSecret(secret, format)
    if (key !== null) keys.push(key)
    if (fault !== null) isFaulty = true
  }
  if (isFaulty && onError !== undefined) for (const error of faultsIn(list, format)) onError(error)
  if (keys.length > 0) return keys
  const malformed = faultsIn(list, format).find(({ code }) => code !== 'empty-secret')
  throw malformed ?? noSecret('every secret decodes to no bytes')
}

function faultsIn(secrets: readonly string[], format: KeyBytes): readonly FaultySecretError[] {
  return secrets.flatMap((secret, index) => {
    const { fault } = cachedSecret(secret, format)
    return fault === null ? [] : [faultOf(fault, index, secret)]
  })
}

/**
 * The keys of all secrets, none of them kept: a sender has many secrets and answers for how long each stays in memory.
 * @throws {WebhookVerificationError} `empty-secret` when there is no secret or one decodes to no bytes.
 * @throws {FaultySecretError} when a secret is not in the format: receivers that have only that one would be dropped.
 */
export function uncachedKeys(secrets: string | readonly string[], format: KeyBytes): readonly LiveKey[] {
  return listOf(secrets).map((secret, index) => {
    const { key, fault } = parsedSecret(secret, format)
    if (key !== null) return key
    throw fault === null || fault === 'empty-secret'
      ? noSecret('a secret decodes to no bytes')
      : faultOf(fault, index, secret)
  })
}

/** Lists come out of environments and files, where the compiler sees nothing. */
function faultOf(fault: SecretFaultCode, index: number, secret: unknown): FaultySecretError {
  return new FaultySecretError(fault, index, typeof secret === 'string' ? undefined : kindOf(secret))
}

function listOf(secrets: string | readonly string[]): readonly string[] {
  if (typeof secrets === 'string') return [secrets]
  if (secrets.length === 0) throw noSecret('there is no live secret')
  return secrets
}

function noSecret(message: string): WebhookVerificationError {
  return new WebhookVerificationError('empty-secret', message)
}

function cachedSecret(secret: string, format: KeyBytes): ParsedSecret {
  const cached = cache.get(secret)
  if (cached !== undefined && isSame(cached.format, format)) return cached
  const parsed = parsedSecret(secret, format)
  const [oldest] = cache.keys()
  if (oldest !== undefined && cache.size >= MAX_CACHED) cache.delete(oldest)
  cache.set(secret, parsed)
  return parsed
}

function parsedSecret(secret: string, format: KeyBytes): ParsedSecret {
  if (typeof secret !== 'string') return { format, key: null, fault: 'malformed-secret' }
  const trimmed = secret.trim()
  const whitespace = trimmed === secret ? null : 'secret-with-whitespace'
  const bytes = trimmed === '' ? empty : decoded(secret, format)
  if (bytes === null) return { format, key: null, fault: whitespace ?? 'malformed-secret' }
  if (bytes.length === 0) return { format, key: null, fault: 'empty-secret' }
  return { format, key: { hmacKey: createSecretKey(bytes), matchesInARow: 0 }, fault: whitespace }
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
