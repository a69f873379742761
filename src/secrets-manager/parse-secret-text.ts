import { SecretsUnavailableError } from './secrets-unavailable-error'

/** A secret that verifies deliveries until it expires. */
export interface MirroredKey {
  readonly secret: string
  /** Milliseconds since 1970; null: it does not end by itself. */
  readonly expiresAt: number | null
}

/** What a version holds: Keyturn's document with every key, newest first, or nothing but one secret. */
export type SecretText =
  | { readonly kind: 'document'; readonly keys: readonly MirroredKey[] }
  | { readonly kind: 'plain'; readonly secret: string }

/**
 * Reads a version's value. A malformed expiry counts as expired.
 * @throws {SecretsUnavailableError} for a JSON object that is not Keyturn's document: it is no secret either
 */
export function parseSecretText(text: string): SecretText {
  const document = jsonObject(text)
  if (document === null) return { kind: 'plain', secret: text }
  const keys: unknown = 'keys' in document ? document.keys : undefined
  if (!Array.isArray(keys) || keys.length === 0) throw notADocument()
  return { kind: 'document', keys: keys.map(parseKey) }
}

function parseKey(key: unknown): MirroredKey {
  if (typeof key !== 'object' || key === null || !('secret' in key)) throw notADocument()
  if (typeof key.secret !== 'string' || key.secret === '') throw notADocument()
  return { secret: key.secret, expiresAt: parseExpiry('expiresAt' in key ? key.expiresAt : undefined) }
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

function parseExpiry(value: unknown): number | null {
  if (value === null) return null
  const milliseconds = typeof value === 'string' && instant.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(milliseconds) ? 0 : milliseconds
}

function jsonObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? parsed : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function notADocument(): SecretsUnavailableError {
  return new SecretsUnavailableError('the secret is JSON, but not a document with keys')
}
