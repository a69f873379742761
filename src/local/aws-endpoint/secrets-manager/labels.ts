import { AwsError } from '../aws-error'
import type { SecretVersion } from './secret-state'

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
