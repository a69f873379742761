import * as v from 'valibot'
import { parseInput } from '../parse-input'
import * as members from './members'
import type { SecretsOperation } from './operation'
import type { SecretState } from './secret-state'
import { tagList } from './tags'

const schema = v.object({ SecretId: members.secretId })

/** Everything but the value; also of a secret that is scheduled for deletion. */
export const describeSecret: SecretsOperation = async ({ store }, input) => {
  const secret = await store.find(parseInput(schema, input).SecretId)
  const labels = labelsByVersion(secret)
  return { ...detailsOf(secret), ...(labels === null ? {} : { VersionIdsToStages: labels }) }
}

/** What `DescribeSecret` and `ListSecrets` say alike. AWS leaves out what is not there. */
export function detailsOf(secret: SecretState): object {
  const { arn, name, description, kmsKeyId, tags, createdAt, changedAt, deletesAt } = secret
  return {
    ARN: arn,
    Name: name,
    ...(description === null ? {} : { Description: description }),
    ...(kmsKeyId === null ? {} : { KmsKeyId: kmsKeyId }),
    CreatedDate: createdAt,
    LastChangedDate: changedAt,
    ...rotationOf(secret),
    ...(deletesAt === null ? {} : { DeletedDate: deletesAt }),
    ...(Object.keys(tags).length === 0 ? {} : { Tags: tagList(tags) }),
  }
}

function rotationOf({ rotation, lastRotatedAt }: SecretState): object {
  if (rotation === null) return {}
  return {
    RotationEnabled: rotation.enabled,
    RotationLambdaARN: rotation.functionArn,
    ...(rotation.rules === null ? {} : { RotationRules: rotation.rules }),
    ...(lastRotatedAt === null ? {} : { LastRotatedDate: lastRotatedAt }),
  }
}

/** The labels of the versions that have any; null where none has. */
export function labelsByVersion({ versions }: SecretState): Readonly<Record<string, readonly string[]>> | null {
  const labelled = versions.filter(({ labels }) => labels.length > 0)
  return labelled.length === 0 ? null : Object.fromEntries(labelled.map(({ id, labels }) => [id, labels]))
}
