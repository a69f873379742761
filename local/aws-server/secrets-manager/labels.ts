import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import * as members from './operation'
import type { SecretsOperation } from './operation'
import { type SecretState, type SecretVersion, checkNotDeleted } from './stored-secrets'

const maxLabels = 20

type Versions = readonly SecretVersion[]

/** The version that has the label. */
export function holderOf(versions: Versions, label: string): SecretVersion | undefined {
  return versions.find(version => version.labels.includes(label))
}

/** The versions with the label on `versionId` alone; where AWSCURRENT moves, AWSPREVIOUS goes to the version that had it. */
export function attachLabel(versions: Versions, label: string, versionId: string): Versions {
  const holder = holderOf(versions, label)
  if (holder?.id === versionId) return versions
  const moved = detachLabel(versions, label).map(version =>
    version.id === versionId ? { ...version, labels: [...version.labels, label] } : version,
  )
  return label === 'AWSCURRENT' && holder !== undefined ? attachLabel(moved, 'AWSPREVIOUS', holder.id) : moved
}

/** The versions without the label. */
export function detachLabel(versions: Versions, label: string): Versions {
  return versions.map(version =>
    version.labels.includes(label) ? { ...version, labels: version.labels.filter(other => other !== label) } : version,
  )
}

/** The versions as they are. @throws {AwsError} `LimitExceededException` for more than 20 labels on one secret */
export function checkLabelLimit(versions: Versions): Versions {
  if (versions.flatMap(version => version.labels).length <= maxLabels) return versions
  throw new AwsError('LimitExceededException', `A secret has at most ${maxLabels} staging labels.`)
}

const maxVersions = 100
const keptMilliseconds = 24 * 60 * 60 * 1000

export interface NewVersion {
  readonly id: string
  readonly digest: string
  /** Labels to attach; null moves AWSCURRENT. */
  readonly labels: readonly string[] | null
}

/**
 * The secret with one more version, or the value of a version that had none yet. A known id with the same value changes
 * nothing. The first version always gets AWSCURRENT. Of more than 100 versions the oldest go that have no label and are
 * older than 24 h.
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

function labelsFor(secret: SecretState, { labels }: NewVersion): ReadonlySet<string> {
  const first = holderOf(secret.versions, 'AWSCURRENT') === undefined
  return new Set([...(labels ?? ['AWSCURRENT']), ...(first ? ['AWSCURRENT'] : [])])
}

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

function alreadyExists({ id }: SecretVersion): AwsError {
  return new AwsError(
    'ResourceExistsException',
    `You can't use ClientRequestToken ${id} because that value is already in use for a version of this secret.`,
  )
}

type VersionMap = readonly SecretVersion[]

export interface LabelMove {
  readonly label: string
  /** `RemoveFromVersionId`: the version that has the label now. */
  readonly from: string | undefined
  /** `MoveToVersionId`: the version that gets it; without one it is only removed. */
  readonly to: string | undefined
}

/**
 * The versions after a compare-and-swap of one label: a label that another version has moves only with `from` naming
 * that version. AWSCURRENT moves, but is never removed.
 * @throws {AwsError} `InvalidParameterException`, `ResourceNotFoundException`, `LimitExceededException`
 */
export function moveLabel(versions: VersionMap, move: LabelMove): VersionMap {
  const { label, from, to } = move
  for (const id of [from, to]) checkExists(versions, id)
  checkHolder(move, holderOf(versions, label))
  if (to !== undefined) return checkLabelLimit(attachLabel(versions, label, to))
  if (label !== 'AWSCURRENT') return detachLabel(versions, label)
  throw invalid(
    "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
  )
}

function checkHolder({ label, from, to }: LabelMove, holder: SecretVersion | undefined): void {
  if (from === undefined && to === undefined) {
    throw invalid('You must specify at least one of RemoveFromVersionId and MoveToVersionId.')
  }
  if (from === undefined && holder !== undefined && holder.id !== to) {
    throw invalid(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${label} is currently attached to version ` +
        `${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    )
  }
  if (from !== undefined && holder?.id !== from) {
    throw invalid(
      `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that ` +
        `currently has the staging label ${label}.`,
    )
  }
}

function checkExists(versions: VersionMap, id: string | undefined): void {
  if (id === undefined || versions.some(version => version.id === id)) return
  const message = `Secrets Manager can't find the specified secret value for VersionId: ${id}`
  throw new AwsError('ResourceNotFoundException', message)
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}

const schema = v.object({
  SecretId: members.secretId,
  VersionStage: members.versionStage,
  RemoveFromVersionId: v.optional(members.versionId),
  MoveToVersionId: v.optional(members.versionId),
})

/** Moves one label from a version to another, or removes it. */
export const updateSecretVersionStage: SecretsOperation = async ({ store, now }, input) => {
  const { SecretId, VersionStage: label, RemoveFromVersionId: from, MoveToVersionId: to } = parseInput(schema, input)
  const { arn, name } = await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, versions: moveLabel(secret.versions, { label, from, to }), changedAt: now } }
  })
  return { ARN: arn, Name: name }
}
