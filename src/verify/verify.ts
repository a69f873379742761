import { readDelivery, type Delivery } from './delivery'
import type { DeliveryHeaders } from './header-value'
import type { KeyBytes } from './key-bytes'
import { liveKeys, type LiveKey } from './live-keys'
import { beforeBody } from './mac'
import { anyKeySigned } from './matching-key'
import type { Scheme, SignatureHeader } from './scheme'
import { standardWebhooks } from './schemes'
import { signaturesIn } from './signatures'
import { checkTimestamp, unixSeconds } from './timestamp'
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
    const nowSeconds = unixSeconds(options.now?.getTime() ?? Date.now())
    checkTimestamp(delivery.timestamp, nowSeconds, options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS)
  }
  requireSignature(scheme.signature, delivery.signature, { keys, delivery, body })
  if (scheme.weaker && delivery.weaker) requireSignature(scheme.weaker, delivery.weaker, { keys, delivery, body })
}

interface Claim {
  readonly keys: readonly LiveKey[]
  readonly delivery: Delivery
  readonly body: string | Uint8Array
}

function requireSignature(header: SignatureHeader, value: string, { keys, delivery, body }: Claim): void {
  const content = { before: beforeBody(header.before, delivery), body }
  if (anyKeySigned(keys, { content, signatures: signaturesIn(value, header) }, header.encoding)) return
  throw new WebhookVerificationError('no-matching-signature', `${header.header[0]} has no signature of a live secret`)
}
