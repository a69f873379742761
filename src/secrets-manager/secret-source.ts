import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

/** Reads the version of one secret that has the label. Null: no version with a value has it. */
export type SecretSource = (label: ReadLabel) => Promise<SecretVersion | null>

export type ReadLabel = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'

/** One version of a secret, as Secrets Manager has it. */
export interface SecretVersion {
  readonly versionId: string
  /** The value, bare. */
  readonly text: string
  readonly createdAt: Date
}

export interface SecretSourceOptions {
  readonly client: Pick<SecretsManagerClient, 'send'>
  readonly secretId: string
  /** After which one call is given up. */
  readonly timeoutMs: number
}

/** The versions of a secret in Secrets Manager. A read throws AWS's own error, unless there is no such version. */
export function secretSource(options: SecretSourceOptions): SecretSource {
  return async label => {
    try {
      return await read(options, label)
    } catch (error) {
      // By name: a receiver's client may come from another copy of the SDK than the class here.
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return null
      throw error
    }
  }
}

async function read(options: SecretSourceOptions, label: ReadLabel): Promise<SecretVersion> {
  const { client, secretId, timeoutMs } = options
  const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: label })
  const { SecretString, VersionId, CreatedDate } = await client.send(command, {
    abortSignal: AbortSignal.timeout(timeoutMs),
  })
  if (!SecretString || VersionId === undefined) throw new SecretsUnavailableError(`${label} holds no text`)
  return { text: SecretString, versionId: VersionId, createdAt: CreatedDate ?? new Date(0) }
}

/**
 * There is no secret to verify with. Thrown when
 * - no version of the secret has AWSCURRENT, or the one that has it holds no text;
 * - the text is JSON, but no document with keys;
 * - every key of the document has expired.
 *
 * The delivery may be genuine, so answer 503 and let the sender try again. The message never holds a value. Where
 * Secrets Manager cannot be reached, AWS's own error is thrown instead, and the answer is the same.
 *
 * @example
 * ```ts
 * import type { MirroredSecrets } from 'keyturn/secrets-manager'
 * import { SecretsUnavailableError } from 'keyturn/secrets-manager'
 *
 * async function isReady(secrets: MirroredSecrets): Promise<boolean> {
 *   try {
 *     return (await secrets.live()).length > 0
 *   } catch (error) {
 *     if (error instanceof SecretsUnavailableError) return false
 *     throw error
 *   }
 * }
 * ```
 */
export class SecretsUnavailableError extends Error {
  override readonly name = 'SecretsUnavailableError'
}
