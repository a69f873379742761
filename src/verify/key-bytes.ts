// Workers with an early compatibility date have no global Buffer.
import { Buffer } from 'node:buffer'
import { requireKeyBytes, requireText } from './arguments'

/** How the text of a secret becomes the bytes of the HMAC key. Encodings are those of RFC 4648. */
export interface KeyBytes {
  readonly encoding: 'base64' | 'base64url' | 'hex' | 'utf8'
  /** Taken off, where the text starts with it, before decoding. Empty: the text is decoded as it stands. */
  readonly prefix: string
}

/** Base64 after `whsec_`: Standard Webhooks 1.0.0, "Secret serialization". */
export const whsecBase64 = { encoding: 'base64', prefix: 'whsec_' } as const satisfies KeyBytes

/** The UTF-8 bytes of the whole text, whatever it starts with. */
export const utf8Text = { encoding: 'utf8', prefix: '' } as const satisfies KeyBytes

/**
 * The key bytes of `secret`. None at all where nothing decodes after the prefix: the caller refuses that by length.
 * @throws {TypeError} when the text is not wholly in the encoding: base64 and base64url with or without padding, no
 *   other character (RFC 4648, section 3.3), unused bits zero (section 3.5); hex in pairs, either case. The message
 *   never holds the text. Also when either is no such thing.
 *
 * @example
 * ```ts
 * import { keyBytes, whsecBase64 } from 'keyturn/verify'
 *
 * keyBytes('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', whsecBase64).length // 24
 * ```
 */
export function keyBytes(secret: string, format: KeyBytes): Buffer {
  requireText('secret', secret)
  requireKeyBytes('format', format)
  const text = secret.startsWith(format.prefix) ? secret.slice(format.prefix.length) : secret
  const bytes = Buffer.from(text, format.encoding)
  if (bytes.length > 0 && !spells(bytes, text, format.encoding)) {
    throw new TypeError(`the secret is not ${format.encoding}`)
  }
  return bytes
}

// Buffer.from skips what it cannot decode, so the bytes are spelled again and compared with the text.
function spells(bytes: Buffer, text: string, encoding: KeyBytes['encoding']): boolean {
  const spelling = bytes.toString(encoding)
  if (encoding === 'utf8') return text === spelling
  if (encoding === 'hex') return text.toLowerCase() === spelling
  const unpadded = spelling.replaceAll('=', '')
  return text === unpadded || text === unpadded.padEnd(Math.ceil(unpadded.length / 4) * 4, '=')
}
