import { AwsError } from '../aws-error'
import { attachLabel, checkLabelLimit, detachLabel, holderOf } from './labels'
import type { SecretVersion } from './secret-state'

type Versions = readonly SecretVersion[]

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
export function moveLabel(versions: Versions, move: LabelMove): Versions {
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

function checkExists(versions: Versions, id: string | undefined): void {
  if (id === undefined || versions.some(version => version.id === id)) return
  const message = `Secrets Manager can't find the specified secret value for VersionId: ${id}`
  throw new AwsError('ResourceNotFoundException', message)
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}
