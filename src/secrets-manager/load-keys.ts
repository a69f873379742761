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
  /** Whether a key that is still on its way to become current counts. */
  readonly pending: boolean
  /** How long a plain secret stays good after the next one was stored; 0: not at all. */
  readonly previousMaxAgeSeconds: number
  /** Told of a version beside AWSCURRENT that could not be read or understood. */
  readonly onError: (error: unknown) => void
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
  const value = parseValue(current.text)
  const pendingKeys = pending === null || pending.versionId === current.versionId ? [] : keysOf(pending.value)
  const previousKeys = value.kind === 'plain' ? await plainKeyBefore(source, current, rules) : []
  return { keys: [...pendingKeys, ...keysOf(value), ...previousKeys], hasPending: pendingKeys.length > 0 }
}

interface VersionBeside {
  readonly versionId: string
  readonly value: SecretValue
}

async function readBeside(
  source: SecretSource,
  label: ReadLabel,
  { onError }: LoadRules,
): Promise<VersionBeside | null> {
  try {
    const version = await source(label)
    return version === null ? null : { versionId: version.versionId, value: parseValue(version.text) }
  } catch (error) {
    onError(error)
    return null
  }
}

function keysOf(value: SecretValue): readonly MirroredKey[] {
  return value.kind === 'document' ? value.keys : [{ secret: value.secret, expiresAt: null }]
}

/** The plain secret before, which ends so long after the current version was stored. */
async function plainKeyBefore(
  source: SecretSource,
  current: SecretVersion,
  rules: LoadRules,
): Promise<readonly MirroredKey[]> {
  if (rules.previousMaxAgeSeconds === 0) return []
  const value = (await readBeside(source, 'AWSPREVIOUS', rules))?.value
  if (value?.kind !== 'plain') return []
  return [{ secret: value.secret, expiresAt: current.createdAt.getTime() + rules.previousMaxAgeSeconds * 1000 }]
}

/** What a version holds: Keyturn's document with every key, newest first, or nothing but one secret. */
type SecretValue =
  | { readonly kind: 'document'; readonly keys: readonly MirroredKey[] }
  | { readonly kind: 'plain'; readonly secret: string }

/** @throws {SecretsUnavailableError} for a JSON object that is not Keyturn's document: it is no secret either */
function parseValue(text: string): SecretValue {
  const document = jsonObject(text)
  if (document === null) return { kind: 'plain', secret: text }
  const keys: unknown = 'keys' in document ? document.keys : undefined
  if (!Array.isArray(keys) || keys.length === 0) throw notADocument()
  return { kind: 'document', keys: keys.map(parseKey) }
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

function parseKey(key: unknown): MirroredKey {
  if (typeof key !== 'object' || key === null || !('secret' in key)) throw notADocument()
  if (typeof key.secret !== 'string' || key.secret === '') throw notADocument()
  return { secret: key.secret, expiresAt: parseExpiry('expiresAt' in key ? key.expiresAt : undefined) }
}

/** An RFC 3339 time in UTC. */
const utcTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** A malformed expiry counts as expired. */
function parseExpiry(value: unknown): number | null {
  if (value === null) return null
  const milliseconds = typeof value === 'string' && utcTime.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(milliseconds) ? 0 : milliseconds
}
