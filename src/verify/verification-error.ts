/**
 * - `missing-header`: a header, or a member of the body, that the scheme needs is not there, is empty, or is there more
 *   than once.
 * - `bad-id`, `bad-tenant`: the scheme signs it, and it holds the character that ends it, mostly a full stop: one
 *   signature would stand for two deliveries.
 * - `bad-timestamp`: not as many decimal digits as it may have, not the text of `isoTime`, or in a timestamped list not
 *   exactly one.
 * - `stale-timestamp`: further from now than the tolerance, either way.
 * - `no-matching-signature`: no signature that was looked at is one of a live secret.
 * - `empty-secret`: no secret was given, or each of them decodes to no bytes. The receiver's configuration is at fault.
 */
export type VerificationErrorCode =
  | 'missing-header'
  | 'bad-id'
  | 'bad-tenant'
  | 'bad-timestamp'
  | 'stale-timestamp'
  | 'no-matching-signature'
  | 'empty-secret'

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

/**
 * - `empty-secret`: it decodes to no bytes, or holds nothing but whitespace. It verifies nothing.
 * - `malformed-secret`: it is not in the format of `keyBytes`. It verifies nothing.
 * - `secret-with-whitespace`: whitespace stands before or after it, which is never taken off. Where the whole text is the
 *   key, it goes on verifying as it stands; elsewhere it verifies nothing.
 */
export type SecretFaultCode = 'empty-secret' | 'malformed-secret' | 'secret-with-whitespace'

/**
 * A secret that is not as it should be, as `onError` is told of it. `verify` throws it where no secret is left to verify
 * with. Codes stay; the message never holds the secret.
 *
 * @example
 * ```ts
 * import { FaultySecretError, verify } from 'keyturn/verify'
 *
 * function receive(body: Uint8Array, headers: Headers, secrets: readonly string[]): void {
 *   verify(body, headers, secrets, {
 *     onError: ({ code, index }: FaultySecretError) => console.error(`secret ${index} is unusable: ${code}`),
 *   })
 * }
 * ```
 */
export class FaultySecretError extends TypeError {
  override readonly name = 'FaultySecretError'
  readonly code: SecretFaultCode
  /** Its place in the list that was given, from 0 on. */
  readonly index: number

  /** @param kind what it is, where it is no text: `undefined`, `a number` */
  constructor(code: SecretFaultCode, index: number, kind?: string) {
    super(`secret ${index + 1} ${kind === undefined ? faults[code] : `must be a text; ${kind} was given`}`)
    this.code = code
    this.index = index
  }
}

const faults: Readonly<Record<SecretFaultCode, string>> = {
  'empty-secret': 'decodes to no bytes',
  'malformed-secret': 'is not in its format',
  'secret-with-whitespace': 'has whitespace around it',
}
