import { readDelivery } from './delivery'
import type { DeliveryHeaders } from './header-value'
import type { KeyBytes } from './key-bytes'
import { liveKeys } from './live-keys'
import { beforeBody } from './mac'
import { anyKeySigned } from './matching-key'
import type { Scheme, SignatureHeader } from './scheme'
import { standardWebhooks } from './schemes'
import { signaturesIn } from './signatures'
import { checkTimestamp, type Freshness } from './timestamp'
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
  if (delivery.timestamp !== undefined) checkTimestamp(delivery.timestamp, freshness(options))
  if (!isSigned(scheme.signature, delivery.signature)) throw noMatch(scheme.signature)
  if (scheme.weaker && delivery.weaker && !isSigned(scheme.weaker, delivery.weaker)) throw noMatch(scheme.weaker)

  function isSigned(header: SignatureHeader, value: string): boolean {
    const content = { before: beforeBody(header.before, delivery), body }
    return anyKeySigned(keys, { content, signatures: signaturesIn(value, header) }, header.encoding)
  }
}

function freshness(options: VerifyOptions): Freshness {
  return { now: options.now ?? new Date(), toleranceSeconds: options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS }
}

function noMatch({ header }: SignatureHeader): WebhookVerificationError {
  return new WebhookVerificationError('no-matching-signature', `no signature in ${header[0]} is one of a live secret`)
}
