import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { checkKmsKey, members, secretIdInput, type SecretsContext, type SecretsOperation } from './operation'
import { arnOf, checkNotDeleted, namesOf, type SecretState } from './secret'
import { withTags } from './tags'
import { type NewValue, newValueOf, withValue } from './values'

// A secret from its creation to its deletion: everything that changes it as a whole.

const createInput = v.object({
  Name: v.pipe(v.string(), v.minLength(1), v.maxLength(512)),
  Description: v.optional(members.description),
  KmsKeyId: v.optional(members.kmsKeyId),
  Tags: v.optional(members.tags, []),
  ...members.value,
})

/** Creates a secret; without a value it has no version yet. */
export const createSecret: SecretsOperation = async ({ store, keys, region, now, newArnSuffix }, input) => {
  const parsed = parseInput(createInput, input)
  checkName(parsed.Name)
  checkKmsKey(keys, parsed.KmsKeyId)
  const value = newValueOf(parsed)
  const empty = emptySecret(parsed, arnOf(region, parsed.Name, newArnSuffix()), now)
  const secret = await store.changeNamed(parsed.Name, found => {
    if (found !== undefined) return { secret: repeated(found, value) }
    return value === null ? { secret: empty } : withValue(empty, value, { labels: null, keys, now })
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

function emptySecret(created: v.InferOutput<typeof createInput>, arn: string, now: Date): SecretState {
  return {
    name: created.Name,
    arn,
    description: created.Description ?? null,
    kmsKeyId: created.KmsKeyId ?? null,
    tags: withTags({}, created.Tags),
    policy: null,
    rotation: null,
    lastRotatedAt: null,
    createdAt: now,
    changedAt: now,
    deletesAt: null,
    versions: [],
  }
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

const updateInput = v.object({
  SecretId: members.secretId,
  Description: v.optional(members.description),
  KmsKeyId: v.optional(members.kmsKeyId),
  ...members.value,
})

/**
 * Changes the description and the KMS key; with a value, AWSCURRENT moves to a new version. The versions that are there
 * stay sealed as they were, which is what AWS does for callers without `kms:Encrypt`.
 */
export const updateSecret: SecretsOperation = async ({ store, keys, now }, input) => {
  const parsed = parseInput(updateInput, input)
  checkKmsKey(keys, parsed.KmsKeyId)
  const value = newValueOf(parsed)
  const secret = await store.change(parsed.SecretId, secret => {
    checkNotDeleted(secret)
    const described = withDetails(secret, parsed, now)
    return value === null ? { secret: described } : withValue(described, value, { labels: null, keys, now })
  })
  return { ARN: secret.arn, Name: secret.name, ...(value === null ? {} : { VersionId: value.versionId }) }
}

function withDetails(
  secret: SecretState,
  { Description, KmsKeyId }: Pick<v.InferOutput<typeof updateInput>, 'Description' | 'KmsKeyId'>,
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

const deleteInput = v.object({
  SecretId: members.secretId,
  RecoveryWindowInDays: v.optional(v.pipe(v.number(), v.integer())),
  ForceDeleteWithoutRecovery: v.optional(v.boolean(), false),
})

const dayMilliseconds = 24 * 60 * 60 * 1000
const defaultDays = 30

/** Schedules the deletion in 7 to 30 days, or deletes at once. */
export const deleteSecret: SecretsOperation = async (context, input) => {
  const { SecretId, RecoveryWindowInDays: days, ForceDeleteWithoutRecovery } = parseInput(deleteInput, input)
  if (days !== undefined && ForceDeleteWithoutRecovery) {
    throw invalid("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
  }
  if (days !== undefined && (days < 7 || days > 30)) {
    throw invalid('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).')
  }
  if (ForceDeleteWithoutRecovery) return deleteNow(context, SecretId)
  const deletesAt = new Date(context.now.getTime() + (days ?? defaultDays) * dayMilliseconds)
  const { arn, name } = await context.store.change(SecretId, secret => {
    checkNotDeleted(secret)
    return { secret: { ...secret, deletesAt } }
  })
  return { ARN: arn, Name: name, DeletionDate: deletesAt }
}

/** A secret that does not exist counts as deleted already: no error. */
async function deleteNow({ store, region, now, newArnSuffix }: SecretsContext, secretId: string): Promise<object> {
  try {
    const { arn, name } = await store.change(secretId, secret => ({ secret, removed: true }))
    return { ARN: arn, Name: name, DeletionDate: now }
  } catch (error) {
    if (!(error instanceof AwsError) || error.type !== 'ResourceNotFoundException') throw error
    const name = namesOf(secretId)[0] ?? secretId
    return { ARN: arnOf(region, name, newArnSuffix()), Name: name, DeletionDate: now }
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}

/** Undoes a scheduled deletion; a secret without one stays as it is. */
export const restoreSecret: SecretsOperation = async ({ store, now }, input) => {
  const { arn, name } = await store.change(parseInput(secretIdInput, input).SecretId, secret => ({
    secret: secret.deletesAt === null ? secret : { ...secret, deletesAt: null, changedAt: now },
  }))
  return { ARN: arn, Name: name }
}
