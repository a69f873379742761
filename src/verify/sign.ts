import type { KeyBytes } from './key-bytes'
import { passingKeys, type LiveKey } from './live-keys'
import { mac, signedContent } from './mac'
import type { Scheme, SignatureHeader, SignedPart } from './scheme'
import { standardWebhooks } from './schemes'

export interface SignOptions {
  /** How to sign; `standardWebhooks` by default. */
  readonly scheme?: Scheme | undefined
  /** How a secret's text becomes the key; what is usual for the scheme by default. */
  readonly keyBytes?: KeyBytes | undefined
  /** The time of sending; the clock by default. */
  readonly now?: Date | undefined
  /** The message's id, the same in every attempt, without a full stop. Needed where the scheme has one. */
  readonly id?: string | undefined
  /** Needed where the scheme has one. */
  readonly tenant?: string | undefined
}

/**
 * The headers to send with `body`, by lower-case name. Where the scheme's form takes several signatures there is one
 * a secret, newest first; a single signature is the first secret's.
 * @param secrets every live secret, newest first.
 * @throws {WebhookVerificationError} `empty-secret`
 * @throws {TypeError} when an id or tenant that the scheme needs is missing or does not fit a header, or a secret is
 *   not in the format of `keyBytes`.
 */
export function sign(
  body: string | Uint8Array,
  secrets: string | readonly string[],
  options: SignOptions = {},
): Record<string, string> {
  const scheme: Scheme = options.scheme ?? standardWebhooks
  const keys = passingKeys(secrets, options.keyBytes ?? scheme.keyBytes)
  const values = signedValues(scheme, options)
  const headers: Record<string, string> = {}
  add(headers, scheme.id, values.id)
  add(headers, scheme.timestamp, values.timestamp)
  add(headers, scheme.tenant, values.tenant)
  for (const header of scheme.weaker ? [scheme.signature, scheme.weaker] : [scheme.signature]) {
    const content = signedContent(header.before, values, body)
    const signatures = signingKeys(keys, header).map(key => header.prefix + mac(key, content, header.encoding))
    add(headers, header.header, written(signatures, header, values.timestamp))
  }
  return headers
}

const VISIBLE_ASCII = /^[!-~]+$/

function signedValues(
  scheme: Scheme,
  { id = '', tenant = '', now = new Date() }: SignOptions,
): Record<SignedPart, string> {
  // A full stop in the id would let the same signature stand for another id and timestamp.
  if (scheme.id.length > 0 && (!VISIBLE_ASCII.test(id) || id.includes('.'))) {
    throw new TypeError('the id must be visible ASCII without a full stop')
  }
  if (scheme.tenant.length > 0 && !VISIBLE_ASCII.test(tenant)) throw new TypeError('the tenant must be visible ASCII')
  if (Number.isNaN(now.getTime())) throw new TypeError('the time of sending is not a date')
  return { id, timestamp: String(Math.floor(now.getTime() / 1000)), tenant }
}

function signingKeys(keys: readonly LiveKey[], { form }: SignatureHeader): readonly LiveKey[] {
  return form === 'single' ? keys.slice(0, 1) : keys
}

function written(signatures: readonly string[], { form }: SignatureHeader, timestamp: string): string {
  return form === 'timestamped' ? [`t=${timestamp}`, ...signatures].join(',') : signatures.join(' ')
}

function add(headers: Record<string, string>, names: readonly string[], value: string): void {
  const [name] = names
  if (name !== undefined) headers[name] = value
}
