import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

/** Reads the version of one secret that has the label. Null: no version with a value has it. */
export type SecretSource = (label: ReadLabel) => Promise<SecretVersion | null>

export type ReadLabel = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'

/** One version of a secret, as Secrets Manager has it. */
export interface SecretVersion {
  readonly versionId: string
  /** The value, bare. Empty: it holds no text. */
  readonly text: string
  readonly createdAt: Date
}

export interface SecretSourceOptions {
  readonly client: Pick<SecretsManagerClient, 'send'>
  readonly secretId: string
  /** After which one call is given up. */
  readonly timeoutMs: number
}

/** Secrets as senders write them, and a document that holds some. Names of secrets do not look so. */
export function looksLikeSecret(text: string): boolean {
  return /^(?:whsec_[\w+/-]{24,}={0,2}|\s*[{[].*)$/s.test(text)
}

/** How errors call the secret: by its name, unless that may be a secret which was put in its place. */
export function shownName(secretId: string): string {
  return /^[A-Za-z0-9+/]{32,}={0,2}$/.test(secretId) ? 'the secret that secretId names' : `the secret ${secretId}`
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
  return { text: SecretString ?? '', versionId: VersionId ?? '', createdAt: CreatedDate ?? new Date(0) }
}

/**
 * - `no-current-version`: no version of the secret has AWSCURRENT.
 * - `no-text`: the version holds no text.
 * - `not-a-document`: the text is JSON, but no document with keys.
 * - `all-expired`: every key of the document has expired.
 */
export type SecretsUnavailableCode = 'no-current-version' | 'no-text' | 'not-a-document' | 'all-expired'

/**
 * There is no secret to verify with. `onError` is told of the same faults where other secrets go on working.
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
  readonly code: SecretsUnavailableCode

  constructor(code: SecretsUnavailableCode, message: string) {
    super(message)
    this.code = code
  }
}
