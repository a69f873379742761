import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import { newValueOf, withValue } from './new-value'
import type { SecretsOperation } from './operation'

const schema = v.object({
  SecretId: members.secretId,
  ...members.value,
  VersionStages: v.optional(v.pipe(v.array(members.versionStage), v.minLength(1), v.maxLength(20))),
})

/** Adds a version. Without `VersionStages` AWSCURRENT moves to it, with them it gets exactly those. */
export const putSecretValue: SecretsOperation = async ({ store, now }, input) => {
  const parsed = parseInput(schema, input)
  const value = newValueOf(parsed)
  if (value === null) {
    throw new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.')
  }
  const secret = await store.change(parsed.SecretId, secret => {
    checkNotDeleted(secret)
    return withValue(secret, value, { labels: parsed.VersionStages ?? null, now })
  })
  const labels = secret.versions.find(({ id }) => id === value.versionId)?.labels ?? []
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: value.versionId,
    ...(labels.length > 0 ? { VersionStages: labels } : {}),
  }
}
