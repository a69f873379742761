import type { KeyBytes } from './key-bytes'
import { type LiveKey, liveKeys } from './live-keys'
import { signedContent, type SignedContent } from './mac'
import { type Claim, isSignedByAny } from './matching-key'
import { type DeliveryHeaders, readDelivery } from './received-delivery'
import type { Scheme } from './scheme'
import { standardWebhooks } from './schemes'
import { checkTimestamp } from './timestamp'
import { WebhookVerificationError } from './verification-error'

const DEFAULT_TOLERANCE_SECONDS = 300

export interface VerifyOptions {
  /** How the sender signs; `standardWebhooks` by default. */
  readonly scheme?: Scheme | undefined
  /** How a secret's text becomes the key; what is usual for the scheme by default. */
  readonly keyBytes?: KeyBytes | undefined
  /** The time of arrival; the clock by default. */
  readonly now?: Date | undefined
  /** How far the timestamp may be from `now`, either way; 300 by default. Schemes without a timestamp ignore it. */
  readonly toleranceSeconds?: number | undefined
}

/**
 * Returns when one of the live secrets signed the delivery, and throws otherwise.
 * @param body the bytes that arrived, before any parsing; a string counts as its UTF-8 bytes.
 * @param secrets every secret that is live now, newest first, each as its sender revealed it.
 * @throws {WebhookVerificationError} with a `code`; see there.
 * @throws {TypeError} when a secret is not in the format of `keyBytes`: the receiver's configuration is at fault.
 */
export function verify(
  body: string | Uint8Array,
  headers: DeliveryHeaders,
  secrets: string | readonly string[],
  options: VerifyOptions = {},
): void {
  const scheme: Scheme = options.scheme ?? standardWebhooks
  const keys = liveKeys(secrets, options.keyBytes ?? scheme.keyBytes)
  const delivery = readDelivery(headers, scheme)
  if (delivery.timestamp !== undefined) {
    const nowSeconds = Math.floor((options.now?.getTime() ?? Date.now()) / 1000)
    checkTimestamp(delivery.timestamp, nowSeconds, options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS)
  }
  requireSignature(keys, signedContent(scheme.signature.before, delivery, body), {
    header: scheme.signature,
    value: delivery.signature,
  })
  if (scheme.weaker !== undefined && delivery.weaker !== undefined && delivery.weaker !== '') {
    requireSignature(keys, signedContent(scheme.weaker.before, delivery, body), {
      header: scheme.weaker,
      value: delivery.weaker,
    })
  }
}

function requireSignature(keys: readonly LiveKey[], content: SignedContent, claim: Claim): void {
  if (isSignedByAny(keys, content, claim)) return
  throw new WebhookVerificationError('no-matching-signature', `${claim.header.header[0]} holds none of a live secret`)
}
