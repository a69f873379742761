import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { AwsError, parseInput } from '../wire'
import { holderOf } from './labels'
import { checkOpens, checkSeals, members, type SecretKeys, type SecretsOperation } from './operation'
import { checkNotDeleted, type SecretState, type SecretValue, type SecretVersion } from './secret'
import type { SecretChange } from './secret-store'
import { addVersion } from './versions'

// Values of secrets: how one is read, and how one comes in and becomes a version.

const putInput = v.object({
  SecretId: members.secretId,
  ...members.value,
  VersionStages: v.optional(v.pipe(v.array(members.versionStage), v.minLength(1), v.maxLength(20))),
})

/** Adds a version. Without `VersionStages` AWSCURRENT moves to it, with them it gets exactly those. */
export const putSecretValue: SecretsOperation = async ({ store, keys, now }, input) => {
  const parsed = parseInput(putInput, input)
  const value = newValueOf(parsed)
  if (value === null) {
    throw new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.')
  }
  const secret = await store.change(parsed.SecretId, secret => {
    checkNotDeleted(secret)
    return withValue(secret, value, { labels: parsed.VersionStages ?? null, keys, now })
  })
  const labels = secret.versions.find(({ id }) => id === value.versionId)?.labels ?? []
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: value.versionId,
    ...(labels.length > 0 ? { VersionStages: labels } : {}),
  }
}

const getInput = v.object({
  SecretId: members.secretId,
  VersionId: v.optional(members.versionId),
  VersionStage: v.optional(members.versionStage),
})

/** The value of the version with this id, this label, or both; of AWSCURRENT where neither is given. */
export const getSecretValue: SecretsOperation = async ({ store, keys }, input) => {
  const { SecretId, VersionId: id, VersionStage: label } = parseInput(getInput, input)
  const secret = await store.find(SecretId)
  checkNotDeleted(secret)
  const version = wantedVersion(secret, { id, label })
  const value = await store.value(secret, version.id)
  if (value === undefined) throw noValue({ id, label })
  checkOpens(keys, version.kmsKeyId)
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...value,
    ...(version.labels.length > 0 ? { VersionStages: version.labels } : {}),
    CreatedDate: version.createdAt,
  }
}

interface Wanted {
  readonly id: string | undefined
  readonly label: string | undefined
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

/** A value on its way to become a version. */
export interface NewValue {
  readonly versionId: string
  readonly digest: string
  readonly value: SecretValue
}

interface ValueInput {
  readonly SecretString?: string | undefined
  readonly SecretBinary?: string | undefined
  readonly ClientRequestToken?: string | undefined
}

/**
 * The value that a request brings, null where it brings none. The `ClientRequestToken` becomes the version's id.
 * @throws {AwsError} `InvalidParameterException`, `InvalidRequestException`, `ValidationException`
 */
export function newValueOf(input: ValueInput): NewValue | null {
  if (input.ClientRequestToken !== undefined) checkToken(input.ClientRequestToken)
  const value = valueOf(input)
  if (value === null) return null
  return { versionId: tokenOf(input.ClientRequestToken), digest: digestOf(value), value }
}

function checkToken({ length }: string): void {
  if (length >= 32 && length <= 64) return
  throw new AwsError('InvalidParameterException', 'ClientRequestToken must be 32-64 characters long.')
}

/** SDKs make up a token; a raw request must bring one. */
function tokenOf(token: string | undefined): string {
  if (token !== undefined) return token
  const message = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.'
  throw new AwsError('InvalidRequestException', message)
}

const maxBytes = 65_536

/**
 * The value of a request, null where it brings none; AWS takes an empty one for none.
 * @throws {AwsError} for two values, and for one over 64 KiB
 */
function valueOf({ SecretString, SecretBinary }: ValueInput): SecretValue | null {
  if (SecretString && SecretBinary) {
    throw new AwsError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    )
  }
  if (SecretString) return sized(Buffer.byteLength(SecretString), { SecretString })
  if (SecretBinary) return sized(Buffer.byteLength(SecretBinary, 'base64'), { SecretBinary })
  return null
}

function sized(bytes: number, value: SecretValue): SecretValue {
  if (bytes <= maxBytes) return value
  throw new AwsError(
    'ValidationException',
    '1 validation error detected: Value of the secret failed to satisfy constraint: ' +
      `Member must have length less than or equal to ${maxBytes}`,
  )
}

/** Equal digests mean equal values of the same kind. */
function digestOf(value: SecretValue): string {
  const [kind, content] = 'SecretString' in value ? ['string', value.SecretString] : ['binary', value.SecretBinary]
  return createHash('sha256').update(`${kind}:${content}`).digest('hex')
}

interface Storing {
  /** Null moves AWSCURRENT. */
  readonly labels: readonly string[] | null
  readonly keys: SecretKeys
  readonly now: Date
}

/**
 * The secret with the value as a version that has the labels.
 * @throws {AwsError} as `addVersion`, and `EncryptionFailure` for a new version that the secret's KMS key does not seal
 */
export function withValue(
  secret: SecretState,
  { versionId, digest, value }: NewValue,
  { labels, keys, now }: Storing,
): SecretChange {
  const changed = addVersion(secret, { id: versionId, digest, labels }, now)
  if (changed !== secret) checkSeals(keys, secret.kmsKeyId)
  return { secret: changed, value: { ...value, versionId } }
}
