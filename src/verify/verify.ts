import { requireBody, requireHeaders, requireOptions, requireSecrets, verifyOptionKinds } from './arguments'
import { separatorsOf } from './content'
import { hmac, signedContent, type SignedContent } from './hmac'
import type { KeyBytes } from './key-bytes'
import { countMatch, inTrialOrder, type LiveKey, liveKeys } from './live-keys'
import { type DeliveryHeaders, readDelivery } from './received-delivery'
import { type Scheme, type SignatureHeader, standardWebhooks } from './schemes'
import { holdsSignature } from './signatures'
import { checkTimestamp } from './timestamp'
import { type FaultySecretError, WebhookVerificationError } from './verification-error'

const DEFAULT_TOLERANCE_SECONDS = 300

/**
 * Returns when one of the live secrets signed the delivery, and throws otherwise. What the scheme signs (body, and id,
 * timestamp or tenant) is the sender's once this has returned, and not before.
 *
 * A delivery that is sent again unchanged within the tolerance verifies again: keep its id and act on it once (Standard
 * Webhooks 1.0.0, "Verifying signatures").
 *
 * @param body the bytes that arrived, before any parsing; a string counts as its UTF-8 bytes.
 * @param headers the request's; names match in any case (RFC 9110, section 5.1).
 * @param secrets every secret that is live now, newest first, each as its sender revealed it. One that cannot be used is
 *   reported to `onError`, and the others verify.
 * @throws {WebhookVerificationError} with a `code`. `empty-secret` is the receiver's own fault: answer 503, so that the
 *   sender tries again. Answer 401 to any other, or 503 to `no-matching-signature` while a newer secret may be on its
 *   way here.
 * @throws {FaultySecretError} when no secret is in the format of `keyBytes`: the receiver's fault too.
 * @throws {TypeError} when an argument or an option is no such thing: a parsed body, no secrets, a tolerance of NaN.
 *
 * @example
 * ```ts
 * import { verify, WebhookVerificationError } from 'keyturn/verify'
 *
 * export async function receive(request: Request, secrets: readonly string[]): Promise<Response> {
 *   const body = new Uint8Array(await request.arrayBuffer())
 *   try {
 *     verify(body, request.headers, secrets)
 *   } catch (error) {
 *     const isRefused = error instanceof WebhookVerificationError && error.code !== 'empty-secret'
 *     if (!isRefused) console.error('the delivery could not be verified', error)
 *     return new Response(null, { status: isRefused ? 401 : 503 })
 *   }
 *   return new Response(null, { status: 204 })
 * }
 * ```
 */
export function verify(
  body: string | Uint8Array,
  headers: DeliveryHeaders | null | undefined,
  secrets: string | readonly string[],
  options: VerifyOptions = {},
): void {
  requireDelivery(body, headers, options)
  requireSecrets(secrets)
  const scheme: Scheme = options.scheme ?? standardWebhooks
  const keys = liveKeys(secrets, { format: options.keyBytes ?? scheme.keyBytes, onError: options.onError })
  const delivery = readDelivery(headers ?? {}, scheme, body)
  const { signature, weaker, previous } = scheme
  if (delivery.timestamp !== undefined) {
    checkTimestamp(delivery.timestamp, {
      nowSeconds: Math.floor((options.now?.getTime() ?? Date.now()) / 1000),
      toleranceSeconds: options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
      milliseconds: scheme.milliseconds === true,
      isoTime: scheme.isoTime,
      isFixed: separatorsOf(scheme, 'timestamp').some(separator => /^\d?$/.test(separator)),
    })
  }
  const { id, timestamp, tenant } = delivery
  const values = { id, timestamp, tenant, url: options.url }
  const claimOf = (header: SignatureHeader, value: string): SignatureClaim => ({
    header,
    value,
    content: signedContent(header, values, delivery.body),
  })
  const isCurrents = isSigned(keys, claimOf(signature, delivery.signature))
  if (!isCurrents && !(previous && delivery.previous && isSigned(keys, claimOf(previous, delivery.previous)))) {
    throw notMatching(signature)
  }
  if (weaker !== undefined && delivery.weaker !== undefined && delivery.weaker !== '') {
    if (!isSigned(keys, claimOf(weaker, delivery.weaker))) throw notMatching(weaker)
  }
}

/** @throws {TypeError} when the body was parsed, the headers are none, or an option is no such thing */
export function requireDelivery(body: unknown, headers: unknown, options: unknown): void {
  requireBody(body)
  requireHeaders(headers)
  requireOptions(options, verifyOptionKinds)
}

export interface VerifyOptions {
  /** How the sender signs; `standardWebhooks` by default. */
  readonly scheme?: Scheme | undefined
  /** How a secret's text becomes the key; what is usual for the scheme by default. */
  readonly keyBytes?: KeyBytes | undefined
  /** Where the delivery was sent, as it was given to the sender. Needed where the scheme signs it. */
  readonly url?: string | undefined
  /** The time of arrival; the clock by default. */
  readonly now?: Date | undefined
  /** How far the timestamp may be from `now`, either way; 300 by default. Schemes without a timestamp ignore it. */
  readonly toleranceSeconds?: number | undefined
  /** Told of every secret that is not as it should be, before anything is verified. Nothing by default. */
  readonly onError?: ((error: FaultySecretError) => void) | undefined
}

/** A signature header's value, how to read it, and what it is said to sign. */
interface SignatureClaim {
  readonly header: SignatureHeader
  readonly value: string
  readonly content: SignedContent
}

function isSigned(keys: readonly LiveKey[], { header, value, content }: SignatureClaim): boolean {
  for (const key of inTrialOrder(keys)) {
    if (!holdsSignature(value, header, hmac(key, content, header.encoding))) continue
    countMatch(keys, key)
    return true
  }
  return false
}

function notMatching({ header }: SignatureHeader): WebhookVerificationError {
  return new WebhookVerificationError('no-matching-signature', `${header[0] ?? 'the body'} holds none of a live secret`)
}
