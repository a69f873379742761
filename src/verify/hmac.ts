import { createHmac } from 'node:crypto'
import { contentTokens } from './content'
import type { LiveKey } from './live-keys'
import type { SignatureHeader, SignedPart } from './schemes'

/** What one signature covers, in order; the body among it is never copied. */
export type SignedContent = readonly (string | Uint8Array)[]

/** The encoded HMAC-SHA256 (RFC 2104) of the content. A string counts as its UTF-8 bytes. */
export function hmac(key: LiveKey, content: SignedContent, encoding: SignatureHeader['encoding']): string {
  const hash = createHmac('sha256', key.hmacKey)
  for (const part of content) hash.update(part)
  return encoding === 'upper-hex' ? hash.digest('hex').toUpperCase() : hash.digest(encoding)
}

type SignedValues = Readonly<Record<SignedPart, string | undefined>>

/**
 * The values of the parts and the texts between them, what stands on one side of the body as one text.
 * @throws {TypeError} when the scheme signs a part that it has no header for, or the URL was not given.
 */
export function signedContent(
  { content }: Pick<SignatureHeader, 'content'>,
  values: SignedValues,
  body: string | Uint8Array,
): SignedContent {
  const signed: (string | Uint8Array)[] = []
  let text = ''
  for (const token of contentTokens(content)) {
    if ('text' in token) text += token.text
    else if (token.part !== 'body') text += valueOf(token.part, values)
    else {
      if (text !== '') signed.push(text)
      signed.push(body)
      text = ''
    }
  }
  if (text !== '') signed.push(text)
  return signed
}

function valueOf(part: SignedPart, values: SignedValues): string {
  const value = values[part]
  if (value !== undefined) return value
  throw new TypeError(
    part === 'url'
      ? 'the scheme signs the url, which must be given'
      : `the scheme signs the ${part} but has no header for it`,
  )
}
