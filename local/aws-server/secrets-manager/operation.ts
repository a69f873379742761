import * as v from 'valibot'
import type { AwsCall } from '../wire'
import type { Rotations } from './rotation'
import type { SecretStore } from './stored-secrets'
import type { SecretKeys } from './secrets'

/** What an operation works with: the secrets of the call's region, the time of the call, and randomness. */
export interface SecretsContext {
  readonly store: SecretStore
  readonly keys: SecretKeys
  readonly rotations: Rotations
  readonly region: string
  readonly now: Date
  /** Six letters and digits. */
  readonly newArnSuffix: () => string
}

/** One operation of Secrets Manager: the members of its reply. @throws {AwsError} every refusal */
export type SecretsOperation = (context: SecretsContext, input: AwsCall['input']) => Promise<object>

// The members that several operations share, with the limits of the Secrets Manager API reference.
export const secretId = v.pipe(v.string(), v.maxLength(2048), v.regex(/^(arn:\S+|[A-Za-z0-9/_+=.@!-]+)$/))
export const versionId = v.pipe(v.string(), v.minLength(32), v.maxLength(64))
export const versionStage = v.pipe(v.string(), v.minLength(1), v.maxLength(256))
export const description = v.pipe(v.string(), v.maxLength(2048))
export const kmsKeyId = v.pipe(v.string(), v.maxLength(2048))
export const nextToken = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
export const maxResults = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))
export const tags = v.array(
  v.object({
    Key: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
    Value: v.pipe(v.optional(v.string(), ''), v.maxLength(256)),
  }),
)

/** A new value; the members are checked by `valueOf`. */
export const value = {
  ClientRequestToken: v.optional(v.string()),
  SecretString: v.optional(v.string()),
  SecretBinary: v.optional(v.pipe(v.string(), v.base64())),
}
