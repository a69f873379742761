import * as v from 'valibot'
import { AwsError } from '../aws-error'
import { parseInput } from '../parse-input'
import { checkKmsKey } from './check-kms-key'
import * as members from './members'
import { newValueOf, withValue } from './new-value'
import type { NewValue } from './new-value'
import type { SecretsOperation } from './operation'
import { arnOf } from './secret-id'
import type { SecretState } from './secret-state'
import { withTags } from './tags'

const schema = v.object({
  Name: v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
  Description: v.optional(members.description),
  KmsKeyId: v.optional(members.kmsKeyId),
  Tags: v.optional(members.tags, []),
  ...members.value,
})

/** Creates a secret; without a value it has no version yet. */
export const createSecret: SecretsOperation = async ({ store, keys, region, now, newArnSuffix }, input) => {
  const parsed = parseInput(schema, input)
  checkName(parsed.Name)
  checkKmsKey(keys, parsed.KmsKeyId)
  const value = newValueOf(parsed)
  const empty: SecretState = {
    name: parsed.Name,
    arn: arnOf(region, parsed.Name, newArnSuffix()),
    description: parsed.Description ?? null,
    kmsKeyId: parsed.KmsKeyId ?? null,
    tags: withTags({}, parsed.Tags),
    policy: null,
    rotation: null,
    lastRotatedAt: null,
    createdAt: now,
    changedAt: now,
    deletesAt: null,
    versions: [],
  }
  const secret = await store.changeNamed(parsed.Name, found => {
    if (found !== undefined) return { secret: repeated(found, value) }
    return value === null ? { secret: empty } : withValue(empty, value, { labels: null, now })
  })
  return { ARN: secret.arn, Name: secret.name, ...(value === null ? {} : { VersionId: value.versionId }) }
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@-]+$/.test(name)) return
  throw new AwsError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  )
}

/** The secret that the same request created before. @throws {AwsError} when another request did */
function repeated(found: SecretState, value: NewValue | null): SecretState {
  if (found.deletesAt !== null) {
    throw new AwsError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    )
  }
  if (value !== null && found.versions.some(({ id, digest }) => id === value.versionId && digest === value.digest)) {
    return found
  }
  throw new AwsError('ResourceExistsException', `The operation failed because the secret ${found.name} already exists.`)
}
