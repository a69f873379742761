import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import { holderOf } from './labels'
import * as members from './members'
import type { SecretsOperation } from './operation'
import type { SecretState, SecretVersion } from './secret-state'

const schema = v.object({
  SecretId: members.secretId,
  VersionId: v.optional(members.versionId),
  VersionStage: v.optional(members.versionStage),
})

interface Wanted {
  readonly id: string | undefined
  readonly label: string | undefined
}

/** The value of the version with the id, with the label, or with both; of AWSCURRENT where neither is given. */
export const getSecretValue: SecretsOperation = async ({ store }, input) => {
  const { SecretId, VersionId: id, VersionStage: label } = parseInput(schema, input)
  const secret = await store.find(SecretId)
  checkNotDeleted(secret)
  const version = wantedVersion(secret, { id, label })
  const value = await store.value(secret, version.id)
  if (value === undefined) throw noValue({ id, label })
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...value,
    ...(version.labels.length > 0 ? { VersionStages: version.labels } : {}),
    CreatedDate: version.createdAt,
  }
}

function wantedVersion({ versions }: SecretState, wanted: Wanted): SecretVersion {
  const { id, label } = wanted
  if (id === undefined) {
    const labelled = holderOf(versions, label ?? 'AWSCURRENT')
    if (labelled === undefined) throw noValue(wanted)
    return labelled
  }
  const version = versions.find(version => version.id === id)
  if (version === undefined) throw noValue(wanted)
  if (label === undefined || version.labels.includes(label)) return version
  throw new AwsError(
    'InvalidRequestException',
    'You provided a VersionStage that is not associated to the provided VersionId.',
  )
}

function noValue({ id, label }: Wanted): AwsError {
  const what = id === undefined ? `staging label: ${label ?? 'AWSCURRENT'}` : `VersionId: ${id}`
  return new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${what}`)
}
