/**
 * There are no secrets to verify with: Secrets Manager could not be read yet, holds nothing that is understood, or only
 * keys that have expired. The delivery may be genuine, so answer 503 and let the sender try again. The message never
 * holds a value.
 */
export class SecretsUnavailableError extends Error {
  override readonly name = 'SecretsUnavailableError'
}
