import { requireScheme } from './arguments'
import type { Scheme, SignatureHeader, SignedPart } from './schemes'

// What a signature covers, as a text: `{timestamp}.{body}`. Nobody may move a character from one part into another: what
// is signed would then stand for two deliveries.

/** A part of what is signed, or the text between parts. */
type ContentToken = { readonly part: SignedPart | 'body' } | { readonly text: string }

const parsed = new Map<string, readonly ContentToken[]>()

/** @throws {TypeError} for a part that there is not */
export function contentTokens(content: string): readonly ContentToken[] {
  const known = parsed.get(content)
  if (known !== undefined) return known
  const tokens = content.split(/(\{\w*\})/).flatMap(tokensOf)
  parsed.set(content, tokens)
  return tokens
}

const parts: readonly string[] = ['id', 'timestamp', 'tenant', 'url', 'body'] satisfies (SignedPart | 'body')[]

function tokensOf(text: string): readonly ContentToken[] {
  if (text === '') return []
  if (!/^\{\w*\}$/.test(text)) return [{ text }]
  const part = text.slice(1, -1)
  if (!isPart(part)) throw new TypeError(`nothing can sign ${text}; there are ${parts.join(', ')}`)
  return [{ part }]
}

function isPart(text: string): text is SignedPart | 'body' {
  return parts.includes(text)
}

/** Every signature that deliveries of the scheme may have. */
export function signaturesOf({ signature, weaker, previous }: Scheme): readonly SignatureHeader[] {
  return [signature, ...(previous === undefined ? [] : [previous]), ...(weaker === undefined ? [] : [weaker])]
}

/**
 * Whether a signature of the scheme covers the part. Such an id or tenant must not hold the character by which it is
 * kept apart from the next part, which is mostly a full stop: a delivery of `org` with the body `1.5` would verify as
 * one of `org.1` with the body `5`.
 *
 * @example
 * ```ts
 * import { signsPart, standardWebhooks } from 'keyturn/verify'
 *
 * signsPart(standardWebhooks, 'id') // true
 * ```
 */
export function signsPart(scheme: Scheme, part: SignedPart): boolean {
  requireScheme('scheme', scheme)
  return signaturesOf(scheme).some(({ content }) => contentTokens(content).some(token => isThe(token, part)))
}

function isThe(token: ContentToken | undefined, part: SignedPart | 'body'): boolean {
  return token !== undefined && 'part' in token && token.part === part
}

/**
 * The character that ends the part, or begins what stands before it behind the body; empty: nothing does. Null: the part
 * is not signed, or stands at the end, so that it needs none.
 */
function separatorOf(content: string, part: SignedPart): string | null {
  const tokens = contentTokens(content)
  const at = tokens.findIndex(token => isThe(token, part))
  if (at === -1) return null
  const body = tokens.findIndex(token => isThe(token, 'body'))
  const isBehindBody = body !== -1 && at > body
  const neighbour = tokens[isBehindBody ? at - 1 : at + 1]
  if (neighbour === undefined) return null
  if ('part' in neighbour) return ''
  return (isBehindBody ? neighbour.text.at(-1) : neighbour.text[0]) ?? ''
}

/** The characters that the part must not hold, so that it ends where it seems to. */
export function separatorsOf(scheme: Scheme, part: SignedPart): readonly string[] {
  const known = separators.get(scheme) ?? new Map<SignedPart, readonly string[]>()
  separators.set(scheme, known)
  const found = known.get(part) ?? [
    ...new Set(signaturesOf(scheme).flatMap(({ content }) => separatorOf(content, part) ?? [])),
  ]
  known.set(part, found)
  return found
}

/** They are asked for with every delivery. */
const separators = new WeakMap<Scheme, Map<SignedPart, readonly string[]>>()

/** The separator that the value holds; undefined: none. Any value holds an empty one, by which nothing is kept apart. */
export function separatorIn(scheme: Scheme, part: 'id' | 'tenant', value: string): string | undefined {
  if (value === '') return undefined
  return separatorsOf(scheme, part).find(separator => value.includes(separator))
}

/** A separator for people. */
export function separatorName(separator: string): string {
  if (separator === '') return 'anything, since nothing ends it'
  return separator === '.' ? 'a full stop' : JSON.stringify(separator)
}
