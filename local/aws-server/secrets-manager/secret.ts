import { accountId, AwsError } from '../wire'

// What a secret is, apart from how it is kept: its state, its versions, and the ids that mean it.

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

/** When it rotates by itself: kept and shown, but nothing here watches the clock. */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number | undefined
  readonly Duration?: string | undefined
  readonly ScheduleExpression?: string | undefined
}

export type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string }

const arnOfName = /^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]+:secret:(.+)$/
const suffixLength = 7

/** The ARN of a new secret; `suffix` is six random letters and digits. */
export function arnOf(region: string, name: string, suffix: string): string {
  return `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${suffix}`
}

/** The names that a `SecretId` may mean: a name, or an ARN with or without its suffix. */
export function namesOf(secretId: string): readonly string[] {
  const name = arnOfName.exec(secretId)?.[1]
  if (name === undefined) return [secretId]
  return name.length > suffixLength ? [name.slice(0, -suffixLength), name] : [name]
}

/** Whether a `SecretId` means this secret. */
export function means(secretId: string, { name, arn }: SecretState): boolean {
  return secretId === name || secretId === arn || secretId === arn.slice(0, -suffixLength)
}

/** @throws {AwsError} `InvalidRequestException` for a secret that is scheduled for deletion */
export function checkNotDeleted({ deletesAt }: SecretState): void {
  if (deletesAt === null) return
  throw new AwsError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  )
}
