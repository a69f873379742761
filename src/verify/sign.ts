import { requireBody, requireOptions, requireSecrets, requireText, signOptionKinds } from './arguments'
import { separatorIn, separatorName } from './content'
import { hmac, signedContent } from './hmac'
import { withMembers } from './in-body'
import type { KeyBytes } from './key-bytes'
import { type LiveKey, uncachedKeys } from './live-keys'
import { partsOf } from './signatures'
import { writtenTime } from './timestamp'
import { type Scheme, type SignatureHeader, type SignedPart, standardWebhooks } from './schemes'

/**
 * The headers to send with `body`, by lower-case name. Where the scheme's form takes several signatures there is one
 * a secret, newest first, so that receivers with the old secret and with the new one accept the delivery (Standard
 * Webhooks 1.0.0, "Webhook headers"). A single signature is the first secret's.
 *
 * Sign anew for each attempt: the timestamp is that of sending, the id stays.
 *
 * @param body exactly what is sent; a string counts as its UTF-8 bytes.
 * @param secrets every live secret, newest first.
 * @throws {WebhookVerificationError} `empty-secret`
 * @throws {TypeError} when an id or tenant that the scheme needs is missing or does not fit a header, or a secret is
 *   not in the format of `keyBytes`, or an argument is no such thing.
 *
 * @example
 * ```ts
 * import { sign } from 'keyturn/verify'
 *
 * sign('{"test": 2432232314}', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
 *   id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
 *   now: new Date('2021-02-25T15:02:10Z'),
 * })
 * // {
 * //   'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
 * //   'webhook-timestamp': '1614265330',
 * //   'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
 * // }
 * ```
 */
export function sign(
  body: string | Uint8Array,
  secrets: string | readonly string[],
  options: SignOptions = {},
): Record<string, string> {
  requireBody(body)
  requireSecrets(secrets)
  requireOptions(options, signOptionKinds)
  const scheme: Scheme = options.scheme ?? standardWebhooks
  const keys = uncachedKeys(secrets, options.keyBytes ?? scheme.keyBytes)
  const values = signedValues(scheme, options)
  const headers: Record<string, string> = {}
  add(headers, scheme.id, values.id)
  add(headers, scheme.timestamp, values.timestamp)
  add(headers, scheme.tenant, values.tenant)
  const [, ...older] = keys
  const { signature, weaker, previous } = scheme
  if (scheme.inBody === undefined) add(headers, signature.header, signatureOf(signature, keys, { values, body }))
  if (previous !== undefined && older.length > 0) {
    add(headers, previous.header, signatureOf(previous, older, { values, body }))
  }
  if (weaker !== undefined) add(headers, weaker.header, signatureOf(weaker, keys, { values, body }))
  return headers
}

/**
 * The body to send where the scheme signs in it (`inBody`): a JSON object as text, with the signature, and the id and the
 * time of sending where the scheme has them there. Throws as `sign`, which gives the headers beside it.
 * @throws {TypeError} when the scheme signs elsewhere, or the body is no JSON object
 */
export function signBody(body: string, secrets: string | readonly string[], options: SignOptions): string {
  requireText('body', body)
  requireSecrets(secrets)
  requireOptions(options, signOptionKinds)
  const scheme: Scheme = options.scheme ?? standardWebhooks
  const members = scheme.inBody
  if (members === undefined) throw new TypeError('the scheme does not sign in the body')
  const keys = uncachedKeys(secrets, options.keyBytes ?? scheme.keyBytes)
  const values = signedValues(scheme, options)
  const { id, timestamp, signature } = members
  const said = [
    ...(id === undefined ? [] : [[id, values.id] as const]),
    ...(timestamp === undefined ? [] : [[timestamp, values.timestamp] as const]),
  ]
  const emptied = withMembers(body, [...said, [signature, '']])
  return withMembers(emptied, [[signature, signatureOf(scheme.signature, keys, { values, body: emptied })]])
}

interface Signing {
  readonly values: SignedValues
  readonly body: string | Uint8Array
}

function signatureOf(header: SignatureHeader, keys: readonly LiveKey[], { values, body }: Signing): string {
  const content = signedContent(header, values, body)
  const { prefix, olderPrefix = prefix, encoding } = header
  const signatures = signingKeys(keys, header).map(
    (key, index) => (index === 0 ? prefix : olderPrefix) + hmac(key, content, encoding),
  )
  return written(signatures, header, values.timestamp)
}

export interface SignOptions {
  /** How to sign; `standardWebhooks` by default. */
  readonly scheme?: Scheme | undefined
  /** How a secret's text becomes the key; what is usual for the scheme by default. */
  readonly keyBytes?: KeyBytes | undefined
  /** The time of sending; the clock by default. */
  readonly now?: Date | undefined
  /**
   * The message's id, the same in every attempt: visible ASCII, without the character that ends it where the scheme signs it
   * (mostly a full stop). Needed where the scheme has one.
   */
  readonly id?: string | undefined
  /** Visible ASCII, as the id. Needed where the scheme has one. */
  readonly tenant?: string | undefined
  /** Where the delivery goes, as its receiver gave it. Needed where the scheme signs it. */
  readonly url?: string | undefined
}

/** RFC 9110, section 5.5: what every recipient takes in a header's value. Spaces at its ends would be lost. */
const VISIBLE_ASCII = /^[!-~]+$/

type SignedValues = Readonly<Record<Exclude<SignedPart, 'url'>, string>> & { readonly url: string | undefined }

function signedValues(scheme: Scheme, { id = '', tenant = '', url, now = new Date() }: SignOptions): SignedValues {
  const hasId = scheme.id.length > 0 || scheme.inBody?.id !== undefined
  if (hasId && !VISIBLE_ASCII.test(id)) throw new TypeError('the id must be visible ASCII')
  if (scheme.tenant.length > 0 && !VISIBLE_ASCII.test(tenant)) throw new TypeError('the tenant must be visible ASCII')
  refuseSeparator(scheme, 'id', id)
  refuseSeparator(scheme, 'tenant', tenant)
  return { id, timestamp: writtenTime(scheme, now), tenant, url }
}

function refuseSeparator(scheme: Scheme, part: 'id' | 'tenant', value: string): void {
  const separator = separatorIn(scheme, part, value)
  if (separator === undefined) return
  throw new TypeError(`the ${part} must not hold ${separatorName(separator)}, since the scheme signs it`)
}

function signingKeys(keys: readonly LiveKey[], { form }: SignatureHeader): readonly LiveKey[] {
  return form === 'single' ? keys.slice(0, 1) : keys
}

function written(signatures: readonly string[], header: SignatureHeader, timestamp: string): string {
  const { separator } = partsOf(header)
  return (header.form === 'timestamped' ? [`t=${timestamp}`, ...signatures] : signatures).join(separator)
}

function add(headers: Record<string, string>, names: readonly string[], value: string): void {
  const [name] = names
  if (name !== undefined) headers[name] = value
}
