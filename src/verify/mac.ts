import { createHmac } from 'node:crypto'
import type { LiveKey } from './live-keys'
import type { SignatureHeader, SignedPart } from './scheme'

/** What one signature covers: the text before the body, and the body, which is never copied. */
export interface SignedContent {
  readonly before: string
  readonly body: string | Uint8Array
}

/** The encoded HMAC-SHA256 of the content. A string body counts as its UTF-8 bytes. */
export function mac(key: LiveKey, { before, body }: SignedContent, encoding: SignatureHeader['encoding']): string {
  const hmac = createHmac('sha256', key.hmacKey)
  if (before !== '') hmac.update(before)
  return hmac.update(body).digest(encoding)
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

function valueOf(part: SignedPart, { id, timestamp, tenant }: SignedValues): string {
  const value = part === 'timestamp' ? timestamp : part === 'id' ? id : tenant
  if (value === undefined) throw new TypeError(`the scheme signs the ${part} but has no header for it`)
  return value
}
