import * as v from 'valibot'
import { AwsError, type AwsRequest } from '../wire'
import type { Rotations } from './rotations'
import type { SecretStore } from './secret-store'

/** One operation of Secrets Manager: the members of its reply. @throws {AwsError} every refusal */
export type SecretsOperation = (context: SecretsContext, input: AwsRequest['input']) => Promise<object>

/** What an operation works with: the secrets of the request's region, the time of the request, and randomness. */
export interface SecretsContext {
  readonly store: SecretStore
  readonly keys: SecretKeys
  readonly rotations: Rotations
  /** ARNs of the roles and users that exist; null: every one does. */
  readonly principals: readonly string[] | null
  readonly region: string
  readonly now: Date
  /** Six letters and digits. */
  readonly newArnSuffix: () => string
}

/** The KMS keys that a secret's value can be sealed with; Secrets Manager asks KMS for a data key of it. */
export interface SecretKeys {
  /** By id, alias, or the ARN of either. */
  exists(keyId: string): boolean
  /** Whether it is neither disabled nor pending deletion. */
  isEnabled(keyId: string): boolean
}

/** AWS's own KMS key, which an empty id means too. It is always there. */
const managed = ['', 'alias/aws/secretsmanager']

type KeyId = string | null | undefined

/** @throws {AwsError} `InvalidParameterException` for a KMS key that does not exist */
export function checkKmsKey(keys: SecretKeys, keyId: KeyId): void {
  const id = keyId ?? ''
  if (managed.includes(id) || keys.exists(id)) return
  const message = 'The operation failed because of an invalid KMS key: Invalid keyId'
  throw new AwsError('InvalidParameterException', message)
}

/** @throws {AwsError} `EncryptionFailure` for a KMS key that seals nothing now */
export function checkSeals(keys: SecretKeys, keyId: KeyId): void {
  if (isUsable(keys, keyId)) return
  const message = "Secrets Manager can't encrypt the protected secret text using the provided KMS key."
  throw new AwsError('EncryptionFailure', message)
}

/** @throws {AwsError} `DecryptionFailure` for a KMS key that opens nothing now */
export function checkOpens(keys: SecretKeys, keyId: KeyId): void {
  if (isUsable(keys, keyId)) return
  const message = "Secrets Manager can't decrypt the protected secret text using the provided KMS key."
  throw new AwsError('DecryptionFailure', message)
}

function isUsable(keys: SecretKeys, keyId: KeyId): boolean {
  const id = keyId ?? ''
  return managed.includes(id) || keys.isEnabled(id)
}

/** The input members that several operations share, with the limits of the Secrets Manager API reference. */
export const members = {
  secretId: v.pipe(v.string(), v.maxLength(2048), v.regex(/^(arn:\S+|[A-Za-z0-9/_+=.@!-]+)$/)),
  versionId: v.pipe(v.string(), v.minLength(32), v.maxLength(64)),
  versionStage: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  description: v.pipe(v.string(), v.maxLength(2048)),
  kmsKeyId: v.pipe(v.string(), v.maxLength(2048)),
  nextToken: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
  maxResults: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  tags: v.array(
    v.object({
      Key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
      Value: v.pipe(v.optional(v.string(), ''), v.maxLength(256)),
    }),
  ),
  /** A new value; `newValueOf` checks the members. */
  value: {
    ClientRequestToken: v.optional(v.string()),
    SecretString: v.optional(v.string()),
    SecretBinary: v.optional(v.pipe(v.string(), v.base64())),
  },
}

/** The input of an operation that takes a secret and nothing else. */
export const secretIdInput = v.object({ SecretId: members.secretId })
