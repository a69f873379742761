import { FaultySecretError } from '../verify'
import { type ReadLabel, type SecretSource, SecretsUnavailableError, type SecretVersion } from './secret-source'

export interface LoadedKeys {
  /** Newest first; expired ones among them. */
  readonly keys: readonly MirroredKey[]
  /** Whether some come from a version that is not current yet. */
  readonly hasPending: boolean
}

/** A secret that verifies deliveries until it expires. */
export interface MirroredKey {
  readonly secret: string
  /** Milliseconds since 1970; null: it does not end by itself. */
  readonly expiresAt: number | null
}

export interface LoadRules {
  /** How errors call the secret. */
  readonly name: string
  /** Whether a key that is still on its way to become current counts. */
  readonly pending: boolean
  /** Whether keys of AWSPENDING or AWSPREVIOUS do where AWSCURRENT has none. */
  readonly withoutCurrent: 'go-on' | 'throw'
  /** How long a plain secret stays good after the next one was stored; 0: not at all. */
  readonly previousMaxAgeSeconds: number
  /** Told of a version beside AWSCURRENT that could not be read, and of every value that was not understood. */
  readonly onError: (error: unknown) => void
}

/**
 * Every key that the secret holds. Documents are never read from AWSPREVIOUS: there a revoked key would live on.
 * AWSPENDING is read before AWSCURRENT, so that a version which moves from one to the other is seen in either place.
 * No value can hide another one: a version beside AWSCURRENT that fails is reported and counts as absent, and so does a
 * key of a document that is none.
 * @throws {SecretsUnavailableError} when no version is current; when AWSCURRENT has no key, and no other does by the rule
 */
export async function loadKeys(source: SecretSource, rules: LoadRules): Promise<LoadedKeys> {
  const asked = rules.pending ? await readBeside(source, 'AWSPENDING', rules) : null
  const current = await source('AWSCURRENT')
  if (current === null) {
    const message = `${rules.name} has no version with AWSCURRENT, or does not exist in the client's account and region`
    throw new SecretsUnavailableError('no-current-version', message)
  }
  const value = parseUnlessFaulty(current, rules)
  const isFaulty = value instanceof SecretsUnavailableError
  const pending = asked ?? (isFaulty ? await readBeside(source, 'AWSPENDING', rules) : null)
  const pendingKeys = pending === null || pending.versionId === current.versionId ? [] : keysOf(pending.value)
  const currentKeys = isFaulty ? [] : keysOf(value)
  const previousKeys = await plainKeyBefore(source, { ...current, value }, rules)
  const keys = [...pendingKeys, ...currentKeys, ...previousKeys]
  if (isFaulty && keys.length === 0) throw value
  if (isFaulty) rules.onError(value)
  return { keys, hasPending: pendingKeys.length > 0 }
}

interface ParsedVersion<Value> extends Omit<SecretVersion, 'text'> {
  readonly value: Value
}

async function readBeside(
  source: SecretSource,
  label: ReadLabel,
  rules: LoadRules,
): Promise<ParsedVersion<SecretValue> | null> {
  try {
    const version = await source(label)
    return version === null ? null : { ...version, value: parseValue(version, rules) }
  } catch (error) {
    rules.onError(error)
    return null
  }
}

/** The fault itself where others may do instead. @throws {SecretsUnavailableError} where the rule is to throw */
function parseUnlessFaulty(version: SecretVersion, rules: LoadRules): SecretValue | SecretsUnavailableError {
  try {
    return parseValue(version, rules)
  } catch (error) {
    if (error instanceof SecretsUnavailableError && rules.withoutCurrent === 'go-on') return error
    throw error
  }
}

function keysOf(value: SecretValue): readonly MirroredKey[] {
  return value.kind === 'document' ? value.keys : [{ secret: value.secret, expiresAt: null }]
}

/** The plain secret before, which ends so long after the current version was stored. */
async function plainKeyBefore(
  source: SecretSource,
  current: ParsedVersion<SecretValue | SecretsUnavailableError>,
  rules: LoadRules,
): Promise<readonly MirroredKey[]> {
  const isDocument = 'kind' in current.value && current.value.kind === 'document'
  if (rules.previousMaxAgeSeconds === 0 || isDocument) return []
  const value = (await readBeside(source, 'AWSPREVIOUS', rules))?.value
  if (value?.kind !== 'plain') return []
  return [{ secret: value.secret, expiresAt: current.createdAt.getTime() + rules.previousMaxAgeSeconds * 1000 }]
}

/** What a version holds: Keyturn's document with its keys, newest first, or nothing but one secret. */
type SecretValue =
  | { readonly kind: 'document'; readonly keys: readonly MirroredKey[] }
  | { readonly kind: 'plain'; readonly secret: string }

/** @throws {SecretsUnavailableError} for a JSON object that is not Keyturn's document: it is no secret either */
function parseValue({ text }: SecretVersion, { name, onError }: LoadRules): SecretValue {
  if (text === '') throw new SecretsUnavailableError('no-text', `${name} holds no text`)
  const document = jsonObject(text)
  if (document === null) return { kind: 'plain', secret: text }
  const listed: unknown = 'keys' in document ? document.keys : undefined
  const keys = Array.isArray(listed) ? listed.flatMap((key: unknown, index) => parseKey(key, index, onError)) : []
  if (keys.length > 0) return { kind: 'document', keys }
  throw new SecretsUnavailableError('not-a-document', `${name} is JSON, but not a document with keys`)
}

/** The object of a JSON text. A byte order mark before it is ignored, as parsers may (RFC 8259, section 8.1). */
function jsonObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    return typeof parsed === 'object' && parsed !== null ? parsed : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** None where it is no key, which is reported. */
function parseKey(key: unknown, index: number, onError: LoadRules['onError']): readonly MirroredKey[] {
  const { secret, expiresAt } = isKeyLike(key) ? key : {}
  if (typeof secret === 'string' && secret !== '') return [{ secret, expiresAt: parseExpiry(expiresAt) }]
  onError(new FaultySecretError(secret === '' ? 'empty-secret' : 'malformed-secret', index))
  return []
}

function isKeyLike(key: unknown): key is { readonly secret?: unknown; readonly expiresAt?: unknown } {
  return typeof key === 'object' && key !== null
}

/** An RFC 3339 time in UTC. */
const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** A malformed expiry counts as expired. */
function parseExpiry(value: unknown): number | null {
  if (value === null) return null
  const milliseconds = typeof value === 'string' && utcTime.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(milliseconds) ? 0 : milliseconds
}
