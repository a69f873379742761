import type { AwsCall } from '../aws-call'
import type { SecretKeys } from './check-kms-key'
import type { Rotations } from './rotations'
import type { SecretStore } from './secret-store'

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
