import { Buffer } from 'node:buffer'
import { createSecretKey, type KeyObject } from 'node:crypto'
import { keyBytes, type KeyBytes } from '../verify/key-bytes'
import { type Finding, counted, duration, proven } from './finding'
import { hasEnded, jsonObject, type NamedKey } from './given-key'

// The keys that a given secret may have been meant to be: each with what is wrong with the secret, if that is the one.

/** A key that may have signed. */
export interface KeyVariant {
  readonly hmacKey: KeyObject
  /** Why the receiver does not verify with them. Empty: it does. */
  readonly faults: readonly Finding[]
  readonly key: NamedKey
}

export interface KeyRules {
  readonly format: KeyBytes
  /** What the scheme's secrets begin with, where it is known. */
  readonly prefix: string
  readonly now: Date
}

/** The key as it is first; then the likeliest. The same bytes are there once. */
export function keyVariants(key: NamedKey, rules: KeyRules): readonly KeyVariant[] {
  const seen = new Set<string>()
  const lifecycle = lifecycleFaults(key, rules.now)
  const texts = textVariants(key)
  const read = [usualReadings, otherEncodings].flatMap(readings =>
    texts.flatMap(({ text, faults }) =>
      readings(text, key, rules).map(({ bytes, faults: more }) => ({ bytes, faults: [...faults, ...more] })),
    ),
  )
  return read
    .filter(({ bytes }) => {
      const spelled = Buffer.from(bytes).toString('base64')
      if (bytes.length === 0 || seen.has(spelled)) return false
      return seen.add(spelled)
    })
    .map(({ bytes, faults }) => ({ hmacKey: createSecretKey(bytes), key, faults: [...lifecycle, ...faults] }))
}

function lifecycleFaults(key: NamedKey, now: Date): readonly Finding[] {
  if (hasEnded(key, now)) {
    const end = key.expiresAt ?? now
    const ended = Number.isNaN(end.getTime()) ? new Date(0) : end
    const ago = duration((now.getTime() - ended.getTime()) / 1000)
    const since = ended.getTime() === 0 ? 'has an end that cannot be read, which counts as over' : `ended ${ago} ago`
    return [
      proven(
        'key-ended',
        `The request was signed by ${key.name}, a key that ${since}${ended.getTime() === 0 ? '' : `, at ${ended.toISOString()}`}.`,
        'The sender still signs with a key that was rotated away, or the request was sent before that: let it sign anew, or rotate with a longer overlap.',
      ),
    ]
  }
  if (key.label === 'AWSPENDING') {
    return [
      proven(
        'key-pending',
        `The request was signed by ${key.name}, which only the version AWSPENDING holds: it is published and not current yet.`,
        'Read AWSPENDING as well when nothing else matches, as mirroredSecrets does.',
      ),
    ]
  }
  if (key.label === 'AWSPREVIOUS') {
    return [
      proven(
        'key-of-previous-version',
        `The request was signed by ${key.name}, which only the version AWSPREVIOUS holds: receivers read AWSCURRENT.`,
        'The sender signs with a key that was rotated away. Where that is meant to work for a while, set previousMaxAgeSeconds.',
      ),
    ]
  }
  return []
}

interface TextVariant {
  readonly text: string
  readonly faults: readonly Finding[]
}

/** Whitespace that editors, shells and consoles leave around a text; also spelled out, as in a variable. */
const around = /^(?:[\s\ufeff\u200b\0]|\\[nrt])+|(?:[\s\ufeff\u200b\0]|\\[nrt])+$/g

/** No secret is longer; a file that was taken for one may be. */
const longest = 16 * 1024

function textVariants(key: NamedKey): readonly TextVariant[] {
  const { secret, name } = key
  if (secret.length > longest) return [{ text: secret, faults: [] }]
  const trimmed = secret.replaceAll(around, '')
  const whitespace = proven(
    'secret-whitespace',
    `There is whitespace around ${name}: ${counted(secret.length - trimmed.length, 'character')} more than the secret has.`,
    'Store it without: printf %s writes no newline, echo does.',
  )
  const bare: TextVariant = trimmed === secret ? { text: secret, faults: [] } : { text: trimmed, faults: [whitespace] }
  const plain = trimmed === secret ? [bare] : [{ text: secret, faults: [] }, bare]
  const unquoted = trimmed.replace(/^(["'`])(.*)\1$/s, '$2').replace(/^[“”‘’«](.*)[“”‘’»]$/s, '$1')
  const quoted = proven(
    'secret-quoted',
    `There are quotes around ${name}.`,
    'Take them off: files of variables and consoles keep them as part of the value.',
  )
  const inner =
    unquoted === trimmed ? bare : { text: unquoted.replaceAll(around, ''), faults: [...bare.faults, quoted] }
  const base = unquoted === trimmed ? plain : [...plain, inner]
  return [...base, ...deeperTexts(inner, name)]
}

function deeperTexts({ text, faults }: TextVariant, name: string): readonly TextVariant[] {
  const fault = (finding: Finding): readonly Finding[] => [...faults, finding]
  const document = proven(
    'secret-is-document',
    `${capital(name)} is a JSON document, and the request was signed by a secret in it.`,
    'Take the secret out of the document (signingSecret, or each secret of keys), or let mirroredSecrets read it.',
  )
  const encoded = proven(
    'secret-encoded-again',
    `${capital(name)} is the base64 of the secret's text.`,
    'Decode it once: Kubernetes and others hand out secrets in base64.',
  )
  const url = proven(
    'secret-url-encoded',
    `${capital(name)} went through the encoding of URLs or forms, which changes + / and =.`,
    'Copy the text as the sender shows it.',
  )
  const letters = proven('secret-case', `The letters of ${name} changed their case.`, 'Copy it letter by letter.')
  const variants: readonly (TextVariant | null)[] = [
    ...secretsWithin(text).map(each => ({ text: each, faults: fault(document) })),
    changed(text, urlDecoded(text), fault(url)),
    changed(text, text.replaceAll(' ', '+'), fault(url)),
    changed(text, urlEncoded(text), fault(url)),
    changed(text, textInBase64(text), fault(encoded)),
    changed(text, text.toLowerCase(), fault(letters)),
    changed(text, text.toUpperCase(), fault(letters)),
  ]
  return variants.filter(variant => variant !== null)
}

function changed(before: string, after: string | null, faults: readonly Finding[]): TextVariant | null {
  return after === null || after === before ? null : { text: after, faults }
}

function secretsWithin(text: string): readonly string[] {
  const object = jsonObject(text)
  return object === null ? [] : [...textsIn(object, 4)]
}

function textsIn(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string') {
    const inner = jsonObject(value)
    return inner === null || depth === 0 ? [value] : textsIn(inner, depth - 1)
  }
  if (typeof value !== 'object' || value === null || depth === 0) return []
  return Object.values(value).flatMap(member => textsIn(member, depth - 1))
}

function urlDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function urlEncoded(text: string): string | null {
  return text.isWellFormed() ? encodeURIComponent(text) : null
}

/** What a base64 text spells, where that is visible ASCII; null elsewhere. */
function textInBase64(text: string): string | null {
  if (!/^[A-Za-z0-9+/]{12,}={0,2}$/.test(text)) return null
  const spelled = Buffer.from(text, 'base64').toString('latin1')
  return /^[!-~]+\s*$/.test(spelled) ? spelled.trim() : null
}

interface Reading {
  readonly bytes: Uint8Array
  readonly faults: readonly Finding[]
}

const encodings = ['hex', 'base64', 'base64url', 'utf8'] as const

/** How the text can be read as the format says: as it stands, and with its prefix on or off. */
function usualReadings(text: string, { name }: NamedKey, { format, prefix }: KeyRules): readonly Reading[] {
  const more = proven(
    'secret-prefix',
    `${capital(name)} has a prefix that is not part of the key.`,
    'Give the secret exactly as its sender shows it.',
  )
  const less = proven(
    'secret-prefix',
    `The prefix of ${name} was taken off, and it is part of the key.`,
    'Give the secret exactly as its sender shows it, with its prefix.',
  )
  const prefixes = [...new Set([prefix, 'whsec_'])].filter(each => each !== '' && !text.startsWith(each))
  const bare = withoutPrefix(text)
  return [
    ...read(text, format, []),
    ...prefixes.flatMap(each => read(each + text, format, [less])),
    ...(bare === text ? [] : read(bare, format, [more])),
  ]
}

/** The text, and what stands behind its prefix, read in every other encoding. */
function otherEncodings(text: string, { name }: NamedKey, { format: { encoding } }: KeyRules): readonly Reading[] {
  const bare = withoutPrefix(text)
  return encodings
    .filter(each => each !== encoding)
    .flatMap(each => {
      const wrong = proven(
        'secret-encoding',
        `${capital(name)} is read as ${encodingNames[encoding]}, and the request was signed with it read as ${encodingNames[each]}.`,
        `Verify with keyBytes { encoding: '${each}', prefix: … }, or store the secret in the encoding that the scheme says.`,
      )
      const as = { encoding: each, prefix: '' } as const
      return [...read(text, as, [wrong]), ...(bare === text ? [] : read(bare, as, [wrong]))]
    })
}

function withoutPrefix(text: string): string {
  return text.replace(/^[A-Za-z][A-Za-z0-9]{0,15}[_.]/, '')
}

function read(text: string, format: KeyBytes, faults: readonly Finding[]): readonly Reading[] {
  const bytes = bytesOf(text, format)
  return bytes === null ? [] : [{ bytes, faults }]
}

const encodingNames = {
  hex: 'hex',
  base64: 'base64',
  base64url: 'base64url',
  utf8: 'plain text',
} as const satisfies Record<KeyBytes['encoding'], string>

function bytesOf(text: string, format: KeyBytes): Uint8Array | null {
  try {
    return keyBytes(text, format)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

function capital(name: string): string {
  return /^(?:the secret|secret \d+)$/.test(name) ? name.replace(/^[st]/, letter => letter.toUpperCase()) : name
}
