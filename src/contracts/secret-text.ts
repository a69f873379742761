import { randomDigits, randomUuid, uuidPattern } from '../core/id'
import { Problem } from '../core/problem'
import { Secret } from '../core/secret'
import { type KeyBytes, keyBytes } from '../verify/key-bytes'
import type { Contract, OwnSecret, SecretFormat, TextFormat } from './contract'
import type { JsonSchema } from './json-schema'
import { keyBytesOf } from './secret-key'

const upperAlphanumerics = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const alphanumerics = `${upperAlphanumerics}abcdefghijklmnopqrstuvwxyz`

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
    case 'upper-alphanumeric':
      return randomDigits(upperAlphanumerics, bytes, randomBytes)
    case 'uuid':
      return randomUuid(randomBytes(16))
  }
}

/** How many random bits a text holds. A version 4 UUID has 122 (RFC 9562, section 5.4). */
export function bitsOf({ encoding, bytes }: TextFormat): number {
  if (encoding === 'uuid') return 122
  if (encoding === 'upper-alphanumeric') return Math.floor(bytes * Math.log2(36))
  return encoding === 'alphanumeric' ? Math.floor(bytes * Math.log2(62)) : bytes * 8
}

/** Whether `text` is one that `newText` could have made, in either case where it is hex. */
export function matchesText(format: TextFormat, text: string): boolean {
  return decodedBytes(format, text) === format.bytes
}

/** A caller's own secret may be shorter than those that Keyturn makes, but never than this. */
const leastOwnBytes = 24

/** Fits a text in which something in the format stands, or something at least as long as a caller's own secret must be. */
export function containedPattern(format: TextFormat): RegExp {
  return new RegExp(escaped(format.prefix) + bodyPattern(format), 'u')
}

function bodyPattern({ encoding, bytes }: Pick<TextFormat, 'encoding' | 'bytes'>): string {
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
    case 'upper-alphanumeric':
      return `[0-9A-Z]{${least},}`
    case 'uuid':
      return '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}'
  }
}

/** As a pattern that matches the text itself. */
export function escaped(text: string): string {
  return text.replaceAll(/[^0-9A-Za-z_]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Whether `text` is as long as the secrets that the contract's vendor makes, or as one that a caller may bring. */
export function isPossibleLength(
  { secret, rotateBody }: Pick<Contract, 'secret' | 'rotateBody'>,
  text: string,
): boolean {
  const { minimumBytes = secret.bytes, maximumBytes = secret.bytes, free } = rotateBody?.ownSecret ?? {}
  if (free) return isWithin(Buffer.byteLength(text), { minimumBytes, maximumBytes })
  const bytes = decodedBytes(secret, withPrefix(secret, rotateBody?.ownSecret, text))
  return bytes !== null && (bytes === secret.bytes || isWithin(bytes, { minimumBytes, maximumBytes }))
}

/** The text with its prefix, where a caller may leave that out. */
function withPrefix(format: TextFormat, rule: Pick<OwnSecret, 'optionalPrefix'> | undefined, text: string): string {
  return rule?.optionalPrefix === true && !text.startsWith(format.prefix) ? format.prefix + text : text
}

/** Whether a text without the prefix could begin with it by chance, which would then be taken off. */
export function mayBeginWithPrefix({ prefix, encoding }: TextFormat): boolean {
  return alphabets[encoding].test(prefix)
}

const alphabets = {
  hex: /^[0-9A-Fa-f]*$/,
  'upper-hex': /^[0-9A-Fa-f]*$/,
  base64: /^[0-9A-Za-z+/=]*$/,
  base64url: /^[0-9A-Za-z_=-]*$/,
  alphanumeric: /^[0-9A-Za-z]*$/,
  'upper-alphanumeric': /^[0-9A-Z]*$/,
  uuid: /^[0-9A-Fa-f-]*$/,
} as const

function isWithin(bytes: number, limits: Pick<OwnSecret, 'minimumBytes' | 'maximumBytes'>): boolean {
  return bytes >= limits.minimumBytes && bytes <= limits.maximumBytes
}

/**
 * A caller's own secret, kept letter by letter.
 * @throws {Problem} `invalid-request` at the rule's field: the prefix, the encoding or the length is wrong
 */
export function parseOwnSecret(format: SecretFormat, text: string, rule: OwnSecret): Secret {
  const bytes = decodedBytes(format, withPrefix(format, rule, text))
  if (bytes !== null && isWithin(bytes, rule)) return new Secret(text)
  throw unfit(rule, describeOwn(format, rule))
}

function describeOwn(format: SecretFormat, { minimumBytes, maximumBytes }: OwnSecret): string {
  return `${describeFormat(format)}, ${minimumBytes} to ${maximumBytes} bytes when decoded`
}

/**
 * A caller's own secret in no format but that of the signing scheme's key, kept letter by letter.
 * @throws {Problem} `invalid-request` at the rule's field: its length, characters that are lost on the way, or no key
 */
export function parseFreeSecret(contract: Pick<Contract, 'secret' | 'signing'>, text: string, rule: OwnSecret): Secret {
  if (!isWithin(Buffer.byteLength(text), rule) || !isPlainText(text)) {
    const lengths = `${rule.minimumBytes} to ${rule.maximumBytes} bytes of UTF-8`
    throw unfit(rule, `a text of ${lengths}, without control characters and without whitespace around it`)
  }
  const format = keyBytesOf(contract)
  const { encoding, prefix } = format
  if (!isKey(text, format)) throw unfit(rule, prefix === '' ? encoding : `${prefix} and ${encoding}`)
  return new Secret(text)
}

/** Whether nothing of the text is lost in a header, a form or a terminal. */
function isPlainText(text: string): boolean {
  return !/[\p{Cc}\p{Surrogate}]/u.test(text) && text.trim() === text
}

function isKey(text: string, format: KeyBytes): boolean {
  try {
    return keyBytes(text, format).length > 0
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** What `parseOwnSecret` and `parseFreeSecret` take; of a free one, its least length in characters. */
export function ownSecretSchema(format: SecretFormat, rule: OwnSecret): JsonSchema {
  const { minimumBytes, maximumBytes } = rule
  if (rule.free) return { type: 'string', minLength: 1, maxLength: maximumBytes }
  const prefix = rule.optionalPrefix ? `(?:${escaped(format.prefix)})?` : escaped(format.prefix)
  return {
    type: 'string',
    pattern: `^${prefix}${lengthPattern(format.encoding, minimumBytes, maximumBytes)}$`,
    description: describeOwn(format, rule),
  }
}

/** A text in the encoding that holds so many bytes. Unused bits are zero (RFC 4648, section 3.5), padding may be left out. */
function lengthPattern(encoding: TextFormat['encoding'], least: number, most: number): string {
  switch (encoding) {
    case 'hex':
    case 'upper-hex':
      return `(?:[0-9A-Fa-f]{2}){${least},${most}}`
    case 'base64':
      return base64Pattern('A-Za-z0-9+/', least, most)
    case 'base64url':
      return base64Pattern('A-Za-z0-9_-', least, most)
    case 'alphanumeric':
      return `[0-9A-Za-z]{${least},${most}}`
    case 'upper-alphanumeric':
      return `[0-9A-Z]{${least},${most}}`
    case 'uuid':
      return bodyPattern({ encoding, bytes: 16 })
  }
}

/** Four characters hold three bytes; two or three at the end hold one or two more. */
function base64Pattern(alphabet: string, least: number, most: number): string {
  const ends = ['', '[AQgw](?:==)?', `[${alphabet}][AEIMQUYcgkosw048]=?`]
  const lengths = ends.map((end, bytes) => {
    const [from, to] = [Math.max(0, Math.ceil((least - bytes) / 3)), Math.floor((most - bytes) / 3)]
    return `(?:[${alphabet}]{4}){${from},${to}}${bytes === 0 ? '' : `[${alphabet}]`}${end}`
  })
  return `(?:${lengths.join('|')})`
}

function unfit({ field }: OwnSecret, what: string): Problem {
  const message = `must be ${what}`
  return new Problem('invalid-request', `${field} ${message}.`, { errors: [{ path: field, message }] })
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
    case 'upper-alphanumeric':
      return /^[0-9A-Z]+$/.test(body) ? body.length : null
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
