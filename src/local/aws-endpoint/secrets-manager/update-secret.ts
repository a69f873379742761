import * as v from 'valibot'
import { parseInput } from '../parse-input'
import { checkKmsKey } from './check-kms-key'
import { checkNotDeleted } from './deletion'
import * as members from './members'
import { newValueOf, withValue } from './new-value'
import type { SecretsOperation } from './operation'
import type { SecretState } from './secret-state'

const schema = v.object({
  SecretId: members.secretId,
  Description: v.optional(members.description),
  KmsKeyId: v.optional(members.kmsKeyId),
  ...members.value,
})

/** Changes the description, the key, and with a value moves AWSCURRENT to a new version. */
export const updateSecret: SecretsOperation = async ({ store, keys, now }, input) => {
  const parsed = parseInput(schema, input)
  checkKmsKey(keys, parsed.KmsKeyId)
  const value = newValueOf(parsed)
  const secret = await store.change(parsed.SecretId, secret => {
    checkNotDeleted(secret)
    const described = withDetails(secret, parsed, now)
    return value === null ? { secret: described } : withValue(described, value, { labels: null, now })
  })
  return { ARN: secret.arn, Name: secret.name, ...(value === null ? {} : { VersionId: value.versionId }) }
}

function withDetails(
  secret: SecretState,
  { Description, KmsKeyId }: Pick<v.InferOutput<typeof schema>, 'Description' | 'KmsKeyId'>,
  now: Date,
): SecretState {
  if (Description === undefined && KmsKeyId === undefined) return secret
  return {
    ...secret,
    description: Description ?? secret.description,
    kmsKeyId: KmsKeyId ?? secret.kmsKeyId,
    changedAt: now,
  }
}
