import { parseSecretText, type MirroredKey, type SecretText } from './parse-secret-text'
import type { ReadLabel, SecretSource, SecretVersion } from './secret-source'
import { SecretsUnavailableError } from './secrets-unavailable-error'

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
