import { randomDigits, randomUuid, uuidPattern } from '../core/id'
import { Problem } from '../core/problem'
import { Secret } from '../core/secret'
import { keyBytes } from '../verify/key-bytes'
import type { Contract, RotateBody, SecretFormat, TextFormat } from './contract'

/** The body's field that holds a caller's own secret, and how many bytes it may hold after decoding. */
export type OwnSecretRule = NonNullable<RotateBody['ownSecret']>

const alphanumerics = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A new text in the format, from one call of `randomBytes`. */
export function newText(format: TextFormat, randomBytes: (count: number) => Buffer): string {
  return format.prefix + newBody(format, randomBytes)
}

function newBody({ encoding, bytes }: TextFormat, randomBytes: (count: number) => Buffer): string {
  switch (encoding) {
    case 'hex':
    case 'base64':
    case 'base64url':
      return randomBytes(bytes).toString(encoding)
    case 'upper-hex':
      return randomBytes(bytes).toString('hex').toUpperCase()
    case 'alphanumeric':
      return randomDigits(alphanumerics, bytes, randomBytes)
    case 'uuid':
      return randomUuid(randomBytes(16))
  }
}

/** How many random bits a text holds. A version 4 UUID has 122 (RFC 9562, section 5.4). */
export function bitsOf({ encoding, bytes }: TextFormat): number {
  if (encoding === 'uuid') return 122
  return encoding === 'alphanumeric' ? Math.floor(bytes * Math.log2(62)) : bytes * 8
}

/** Whether `text` is one that `newText` could have made, in either case where it is hex. */
export function matchesText(format: TextFormat, text: string): boolean {
  return decodedBytes(format, text) === format.bytes
}

/** A caller's own secret may be shorter than those that Keyturn makes, but never than this. */
const leastOwnBytes = 24

/** Whether something in the format, or at least as long as a caller's own secret must be, stands anywhere in `text`. */
export function containsText(format: TextFormat, text: string): boolean {
  return new RegExp(escaped(format.prefix) + bodyPattern(format)).test(text)
}

function bodyPattern({ encoding, bytes }: TextFormat): string {
  const least = Math.min(bytes, leastOwnBytes)
  switch (encoding) {
    case 'hex':
    case 'upper-hex':
      return `[0-9A-Fa-f]{${2 * least},}`
    case 'base64':
      return `[0-9A-Za-z+/]{${Math.ceil((least * 4) / 3)},}`
    case 'base64url':
      return `[0-9A-Za-z_-]{${Math.ceil((least * 4) / 3)},}`
    case 'alphanumeric':
      return `[0-9A-Za-z]{${least},}`
    case 'uuid':
      return '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}'
  }
}

/** As a pattern that matches the text itself. */
function escaped(text: string): string {
  return text.replaceAll(/[^0-9A-Za-z]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Whether `text` is as long as the secrets that the contract's vendor makes, or as one that a caller may bring. */
export function isPossibleLength(
  { secret, rotateBody }: Pick<Contract, 'secret' | 'rotateBody'>,
  text: string,
): boolean {
  const bytes = decodedBytes(secret, text)
  const { minimumBytes = secret.bytes, maximumBytes = secret.bytes } = rotateBody?.ownSecret ?? {}
  return bytes !== null && (bytes === secret.bytes || (bytes >= minimumBytes && bytes <= maximumBytes))
}

/**
 * A caller's own secret, kept letter by letter.
 * @throws {Problem} `invalid-request` at the rule's field: the prefix, the encoding or the length is wrong
 */
export function parseOwnSecret(format: SecretFormat, text: string, rule: OwnSecretRule): Secret {
  const bytes = decodedBytes(format, text)
  if (bytes !== null && bytes >= rule.minimumBytes && bytes <= rule.maximumBytes) return new Secret(text)
  const message = `must be ${describeFormat(format)}, ${rule.minimumBytes} to ${rule.maximumBytes} bytes when decoded`
  throw new Problem('invalid-request', `${rule.field} ${message}.`, { errors: [{ path: rule.field, message }] })
}

/** How a read shows the secret, or null where reads never show it. */
export function mask({ mask: rule }: SecretFormat, text: string): string | null {
  if (rule === undefined) return null
  return text.slice(0, rule.first) + rule.filler.repeat(rule.count) + text.slice(text.length - rule.last)
}

/** How many bytes the text holds, or null where it is not in the format. Each alphanumeric character counts as one. */
function decodedBytes({ prefix, encoding }: TextFormat, text: string): number | null {
  if (!text.startsWith(prefix) || text.length === prefix.length) return null
  const body = text.slice(prefix.length)
  switch (encoding) {
    case 'hex':
    case 'base64':
    case 'base64url':
      return strictlyDecoded(body, encoding)
    case 'upper-hex':
      return strictlyDecoded(body, 'hex')
    case 'alphanumeric':
      return /^[0-9A-Za-z]+$/.test(body) ? body.length : null
    case 'uuid':
      return uuidPattern.test(body) ? 16 : null
  }
}

function strictlyDecoded(body: string, encoding: 'hex' | 'base64' | 'base64url'): number | null {
  try {
    return keyBytes(body, { encoding, prefix: '' }).length || null
  } catch {
    return null
  }
}

function describeFormat({ prefix, encoding }: TextFormat): string {
  return prefix === '' ? encoding : `${prefix} and ${encoding}`
}
