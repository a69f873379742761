import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { ReadLabel, SecretSource, SecretVersion } from '../secrets-manager/secret-source'
import { SecretsUnavailableError } from '../secrets-manager/secrets-unavailable-error'

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
