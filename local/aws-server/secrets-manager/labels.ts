import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { members, type SecretsOperation } from './operation'
import { checkNotDeleted, type SecretVersion } from './secret'

// Staging labels: which version of a secret has which, and how one moves.

const updateStageInput = v.object({
  SecretId: members.secretId,
  VersionStage: members.versionStage,
  RemoveFromVersionId: v.optional(members.versionId),
  MoveToVersionId: v.optional(members.versionId),
})

/** Moves one label from a version to another, or removes it. */
export const updateSecretVersionStage: SecretsOperation = async ({ store, now }, input) => {
  const parsed = parseInput(updateStageInput, input)
  const { SecretId, VersionStage: label, RemoveFromVersionId: from, MoveToVersionId: to } = parsed
  const { arn, name } = await store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, versions: moveLabel(secret.versions, { label, from, to }), changedAt: now } }
  })
  return { ARN: arn, Name: name }
}

type Versions = readonly SecretVersion[]

interface LabelMove {
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
function moveLabel(versions: Versions, move: LabelMove): Versions {
  const { label, from, to } = move
  for (const id of [from, to]) checkExists(versions, id)
  checkHolder(move, holderOf(versions, label))
  if (to !== undefined) return checkLabelLimit(attachLabel(versions, label, to))
  if (label !== 'AWSCURRENT') return detachLabel(versions, label)
  throw invalid(
    "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
  )
}

function checkExists(versions: Versions, id: string | undefined): void {
  if (id === undefined || versions.some(version => version.id === id)) return
  const message = `Secrets Manager can't find the specified secret value for VersionId: ${id}`
  throw new AwsError('ResourceNotFoundException', message)
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

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}

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

const maxLabels = 20

/** The versions as they are. @throws {AwsError} `LimitExceededException` for more than 20 labels on one secret */
export function checkLabelLimit(versions: Versions): Versions {
  if (versions.flatMap(version => version.labels).length <= maxLabels) return versions
  throw new AwsError('LimitExceededException', `A secret has at most ${maxLabels} staging labels.`)
}
