/**
 * - `missing-header`: a header that the scheme needs is not there, is empty, or is there more than once.
 * - `bad-timestamp`: not 1 to 12 decimal digits, or in a timestamped list not exactly one.
 * - `stale-timestamp`: further from now than the tolerance, either way.
 * - `no-matching-signature`: no signature that was looked at is one of a live secret.
 * - `empty-secret`: no secret was given, or one of them decodes to no bytes. The receiver's configuration is at fault.
 */
export type VerificationErrorCode =
  'missing-header' | 'bad-timestamp' | 'stale-timestamp' | 'no-matching-signature' | 'empty-secret'

/**
 * A delivery that must not be trusted. `verify` throws it for every code, `sign` for `empty-secret` alone. Codes stay;
 * the message is for people, and names headers, never their values nor a secret.
 *
 * @example
 * ```ts
 * import { WebhookVerificationError } from 'keyturn/verify'
 *
 * function statusOf(error: unknown): 401 | 503 {
 *   return error instanceof WebhookVerificationError && error.code !== 'empty-secret' ? 401 : 503
 * }
 * ```
 */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
  readonly code: VerificationErrorCode

  constructor(code: VerificationErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
