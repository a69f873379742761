import { type ReadLabel, type SecretSource, SecretsUnavailableError, type SecretVersion } from './secret-source'

export interface LoadRules {
  /** Whether a key that is still on its way to become current counts. */
  readonly pending: boolean
  /** How long a plain secret stays good after the next one was stored; 0: not at all. */
  readonly previousMaxAgeSeconds: number
  /** Told of a version beside AWSCURRENT that could not be read or understood. */
  readonly onError: (error: unknown) => void
}

export interface LoadedKeys {
  /** Newest first; expired ones among them. */
  readonly keys: readonly MirroredKey[]
  /** Whether some come from a version that is not current yet. */
  readonly hasPending: boolean
}

/**
 * Every key that the secret holds. Documents are never read from AWSPREVIOUS: there a revoked key would live on.
 * AWSPENDING is read before AWSCURRENT, so that a version which moves from one to the other is seen in either place.
 * Neither AWSPENDING nor AWSPREVIOUS can hide AWSCURRENT: one that fails is reported, and counts as absent.
 * @throws {SecretsUnavailableError} when no version is current, or the current one is not understood
 */
export async function loadKeys(source: SecretSource, rules: LoadRules): Promise<LoadedKeys> {
  const pending = rules.pending ? await readBeside(source, 'AWSPENDING', rules) : null
  const current = await source('AWSCURRENT')
  if (current === null) throw new SecretsUnavailableError('no version of the secret has AWSCURRENT')
  const text = parseSecretText(current.text)
  const early = pending === null || pending.versionId === current.versionId ? [] : keysOf(pending.text)
  const late = text.kind === 'plain' ? await previousKeys(source, current, rules) : []
  return { keys: [...early, ...keysOf(text), ...late], hasPending: early.length > 0 }
}

interface VersionBeside {
  readonly versionId: string
  readonly text: SecretText
}

async function readBeside(
  source: SecretSource,
  label: ReadLabel,
  { onError }: LoadRules,
): Promise<VersionBeside | null> {
  try {
    const version = await source(label)
    return version === null ? null : { versionId: version.versionId, text: parseSecretText(version.text) }
  } catch (error) {
    onError(error)
    return null
  }
}

function keysOf(text: SecretText): readonly MirroredKey[] {
  return text.kind === 'document' ? text.keys : [{ secret: text.secret, expiresAt: null }]
}

/** The plain secret before, which ends so long after the current version was stored. */
async function previousKeys(
  source: SecretSource,
  current: SecretVersion,
  rules: LoadRules,
): Promise<readonly MirroredKey[]> {
  if (rules.previousMaxAgeSeconds === 0) return []
  const text = (await readBeside(source, 'AWSPREVIOUS', rules))?.text
  if (text?.kind !== 'plain') return []
  return [{ secret: text.secret, expiresAt: current.createdAt.getTime() + rules.previousMaxAgeSeconds * 1000 }]
}

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
