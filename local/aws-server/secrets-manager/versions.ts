import { AwsError } from '../wire'
import { attachLabel, checkLabelLimit, detachLabel, holderOf } from './labels'
import type { SecretState, SecretVersion } from './secret'

// The versions of a secret: how one is added, by a value or by a rotation that has no value yet, and which ones go.

export interface NewVersion {
  readonly id: string
  readonly digest: string
  /** Labels to attach; null moves AWSCURRENT. */
  readonly labels: readonly string[] | null
}

/**
 * The secret with one more version, or with a value for a version that had none yet. A known id with the same value
 * changes nothing. The first version always gets AWSCURRENT. Of more than 100 versions the oldest go that have no label
 * and are older than 24 h.
 * @throws {AwsError} `ResourceExistsException` for a known id with another value, `LimitExceededException` for more than
 * 100 versions or 20 labels
 */
export function addVersion(secret: SecretState, added: NewVersion, now: Date): SecretState {
  const known = secret.versions.find(version => version.id === added.id)
  if (known !== undefined && known.digest === added.digest) return secret
  if (known !== undefined && known.digest !== null) throw alreadyExists(known)
  const version = { id: added.id, createdAt: now, labels: known?.labels ?? [], digest: added.digest }
  const others = secret.versions.filter(other => other !== known)
  const labelled = [...labelsFor(secret, added)].reduce<readonly SecretVersion[]>(
    (versions, label) => attachLabel(versions, label, added.id),
    [...others, { ...version, kmsKeyId: secret.kmsKeyId }],
  )
  return { ...secret, changedAt: now, versions: withinLimit(checkLabelLimit(labelled), now) }
}

function alreadyExists({ id }: SecretVersion): AwsError {
  return new AwsError(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${id} because that value is already in use for a version of this secret.`,
  )
}

function labelsFor(secret: SecretState, { labels }: NewVersion): ReadonlySet<string> {
  const first = holderOf(secret.versions, 'AWSCURRENT') === undefined
  return new Set([...(labels ?? ['AWSCURRENT']), ...(first ? ['AWSCURRENT'] : [])])
}

const maxVersions = 100
const keptMilliseconds = 24 * 60 * 60 * 1000

function withinLimit(versions: readonly SecretVersion[], now: Date): readonly SecretVersion[] {
  const removable = versions.filter(
    version => version.labels.length === 0 && now.getTime() - version.createdAt.getTime() > keptMilliseconds,
  )
  const excess = Math.max(0, versions.length - maxVersions)
  if (removable.length < excess) {
    throw new AwsError('LimitExceededException', `A secret has at most ${maxVersions} versions.`)
  }
  const removed = new Set(removable.slice(0, excess))
  return versions.filter(version => !removed.has(version))
}

/** The id of the version of a rotation that is not complete: it has AWSPENDING and not AWSCURRENT. Null without one. */
export function pendingVersion(versions: readonly SecretVersion[]): string | null {
  const pending = holderOf(versions, 'AWSPENDING')
  return pending === undefined || pending.labels.includes('AWSCURRENT') ? null : pending.id
}

/** The secret with AWSPENDING on the version; where there is no such version, it is made without a value. */
export function withPendingVersion(secret: SecretState, id: string, now: Date): SecretState {
  const empty: SecretVersion = { id, createdAt: now, labels: [], digest: null, kmsKeyId: secret.kmsKeyId }
  const known = secret.versions.some(version => version.id === id)
  const versions = known ? secret.versions : [...secret.versions, empty]
  return { ...secret, versions: attachLabel(versions, 'AWSPENDING', id), changedAt: now }
}

/** The secret without what a test of the rotation made: the version if it has no value, and its AWSPENDING. */
export function withoutTestVersion(secret: SecretState, id: string): SecretState {
  const isTest = ({ id: other, digest }: SecretVersion): boolean => other === id && digest === null
  if (holderOf(secret.versions, 'AWSPENDING')?.id !== id) return secret
  return { ...secret, versions: detachLabel(secret.versions, 'AWSPENDING').filter(version => !isTest(version)) }
}
