import type { RotationRules } from './rotation-rules'

/** One version of a secret. The id is the `ClientRequestToken` it came with. */
export interface SecretVersion {
  readonly id: string
  readonly createdAt: Date
  /** Staging labels such as AWSCURRENT; without any the version is deprecated. */
  readonly labels: readonly string[]
  /** Digest of the value, by which a repeated request is told from another one; null while there is no value yet. */
  readonly digest: string | null
  readonly kmsKeyId: string | null
}

/** How a secret rotates. */
export interface RotationState {
  readonly functionArn: string
  readonly rules: RotationRules | null
  readonly enabled: boolean
}

/** Everything about a secret but the values. */
export interface SecretState {
  readonly name: string
  readonly arn: string
  readonly description: string | null
  readonly kmsKeyId: string | null
  readonly tags: Readonly<Record<string, string>>
  readonly policy: string | null
  /** Null: never configured. */
  readonly rotation: RotationState | null
  readonly lastRotatedAt: Date | null
  readonly createdAt: Date
  readonly changedAt: Date
  /** The end of the recovery window: from then on the secret is gone. Null unless it is scheduled for deletion. */
  readonly deletesAt: Date | null
  /** Oldest first. */
  readonly versions: readonly SecretVersion[]
}

export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string }
