import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

/** One version of a secret, as Secrets Manager has it. */
export interface SecretVersion {
  readonly versionId: string
  /** The value, bare. */
  readonly text: string
  readonly createdAt: Date
}

export type ReadLabel = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'

/** Where the secret is read. Null: no version with a value has the label. */
export type SecretSource = (label: ReadLabel) => Promise<SecretVersion | null>

export interface SecretVersionSourceOptions {
  readonly client: Pick<SecretsManagerClient, 'send'>
  readonly secretId: string
  /** After which one call is given up. */
  readonly timeoutMs: number
}

/**
 * Reads one secret's versions by label. Errors are told by name: a receiver's client may come from another copy of the
 * SDK than ours.
 */
export function secretVersionSource(options: SecretVersionSourceOptions): SecretSource {
  return async label => {
    try {
      return await read(options, label)
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return null
      throw error
    }
  }
}

async function read({ client, secretId, timeoutMs }: SecretVersionSourceOptions, label: ReadLabel) {
  const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: label })
  const { SecretString, VersionId, CreatedDate } = await client.send(command, {
    abortSignal: AbortSignal.timeout(timeoutMs),
  })
  if (!SecretString || VersionId === undefined) throw new SecretsUnavailableError(`${label} holds no text`)
  return { text: SecretString, versionId: VersionId, createdAt: CreatedDate ?? new Date(0) } satisfies SecretVersion
}

/**
 * There are no secrets to verify with: Secrets Manager could not be read yet, holds nothing that is understood, or only
 * keys that have expired. The delivery may be genuine, so answer 503 and let the sender try again. The message never
 * holds a value.
 */
export class SecretsUnavailableError extends Error {
  override readonly name = 'SecretsUnavailableError'
}
