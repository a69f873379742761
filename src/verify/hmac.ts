import { createHmac } from 'node:crypto'
import type { LiveKey } from './live-keys'
import type { Scheme, SignatureHeader, SignedPart } from './schemes'

/** What one signature covers: the text before the body, and the body, which is never copied. */
export interface SignedContent {
  readonly before: string
  readonly body: string | Uint8Array
}

/** The encoded HMAC-SHA256 (RFC 2104) of the content. A string body counts as its UTF-8 bytes. */
export function hmac(key: LiveKey, { before, body }: SignedContent, encoding: SignatureHeader['encoding']): string {
  const hash = createHmac('sha256', key.hmacKey)
  if (before !== '') hash.update(before)
  return hash.update(body).digest(encoding)
}

/**
 * The values of the parts, each with a full stop after it, and the body.
 * @throws {TypeError} when the scheme signs a part that it has no header for.
 */
export function signedContent(
  [first, second]: SignatureHeader['before'],
  values: SignedValues,
  body: string | Uint8Array,
): SignedContent {
  if (first === undefined) return { before: '', body }
  if (second === undefined) return { before: `${valueOf(first, values)}.`, body }
  return { before: `${valueOf(first, values)}.${valueOf(second, values)}.`, body }
}

type SignedValues = Readonly<Record<SignedPart, string | undefined>>

function valueOf(part: SignedPart, values: SignedValues): string {
  const value = values[part]
  if (value === undefined) throw new TypeError(`the scheme signs the ${part} but has no header for it`)
  return value
}

/**
 * Whether a signature of the scheme covers the part. Such an id or tenant must not hold a full stop, by which the parts
 * are joined: a delivery of `org` with the body `1.5` would verify as one of `org.1` with the body `5`.
 *
 * @example
 * ```ts
 * import { signsPart, standardWebhooks } from 'keyturn/verify'
 *
 * signsPart(standardWebhooks, 'id') // true
 * ```
 */
export function signsPart({ signature, weaker }: Scheme, part: SignedPart): boolean {
  return [...signature.before, ...(weaker?.before ?? [])].includes(part)
}
