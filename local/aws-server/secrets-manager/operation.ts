import * as v from 'valibot'
import type { AwsRequest } from '../wire'
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
