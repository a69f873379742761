import { createHmac, type KeyObject } from 'node:crypto'
import { contentTokens } from '../verify/content'
import { signedContent, type SignedContent } from '../verify/hmac'
import { readSignedBody } from '../verify/in-body'
import type { Scheme, SignatureHeader } from '../verify/schemes'
import { timestampsIn } from '../verify/signatures'
import { bodyVariants } from './body-variants'
import { type Finding, proven } from './finding'
import type { Part } from './header-faults'
import type { KeyVariant } from './key-variants'
import { foundAs, readSignatures, type SignatureReading } from './signature-reading'
import type { UrlVariant } from './url-variants'

// Looks for what was signed, and by which key: first with one thing put right, then with a secret and the body.

/** What is tried. */
export interface Search {
  readonly scheme: Scheme
  readonly body: Uint8Array
  readonly keys: readonly KeyVariant[]
  readonly urls: readonly UrlVariant[]
  readonly readings: readonly Readonly<Partial<Record<Part, string>>>[]
  /** The values of the scheme's further signatures, where the request has them. */
  readonly weaker: string | undefined
  readonly previous: string | undefined
}

/** A signature that matches. */
export interface Match {
  /** What had to be put right for it. Empty: nothing. */
  readonly faults: readonly Finding[]
}

/** Of a longer body, a secret and the body are not put right at once. */
const mostCrossed = 64 * 1024

/** Null: nothing that was tried matches. */
export function searchSignature(search: Search): Match | null {
  const plain = search.keys.filter(isPlain)
  const altered = search.keys.filter(key => !isPlain(key))
  const crossed = search.body.length <= mostCrossed
  return (
    firstMatch(search, contentsAsSent(search), [...plain, ...altered]) ??
    firstMatch(search, contentsOfBodies(search), plain) ??
    (crossed ? firstMatch(search, contentsOfBodies(search, 'usual'), altered) : null) ??
    otherAlgorithm(search, plain)
  )
}

const lifecycle: readonly Finding['code'][] = ['key-ended', 'key-pending', 'key-of-previous-version']

function isPlain({ faults }: KeyVariant): boolean {
  return faults.every(({ code }) => lifecycle.includes(code))
}

/** One text that may have been signed, with the signature that it is compared with. */
interface SignedText {
  readonly content: SignedContent
  readonly signature: SignatureReading
  readonly faults: readonly (() => Finding)[]
  readonly claims: Claims
}

/** What a request says of itself; the body is the one that was signed. */
interface Claims {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly tenant: string | undefined
  readonly url: string | undefined
  readonly signature: string
  readonly body: string | Uint8Array
}

function firstMatch(search: Search, texts: Iterable<SignedText>, keys: readonly KeyVariant[]): Match | null {
  if (keys.length === 0) return null
  for (const text of texts) {
    for (const key of keys) {
      const found = foundAs(digest('sha256', key.hmacKey, text.content), text.signature)
      if (found === null) continue
      const second = secondSignature(search, key, text.claims)
      return { faults: [...text.faults.map(fault => fault()), ...key.faults, ...found, ...second] }
    }
  }
  return null
}

function digest(algorithm: string, key: KeyObject, content: SignedContent): Buffer {
  const hash = createHmac(algorithm, key)
  for (const part of content) hash.update(part)
  return hash.digest()
}

/** The body as it arrived: every reading of the headers, every URL, and every usual content. */
function* contentsAsSent(search: Search): Generator<SignedText> {
  for (const claims of claimsOf(search, search.body)) {
    yield* textsOf(search, claims, [])
    const { signature } = search.scheme
    for (const content of usualContents(search.scheme)) {
      const text = signedText({ ...signature, content }, claims, [() => signedOtherwise(content)])
      if (text !== null) yield text
    }
  }
}

function* contentsOfBodies(search: Search, which: 'all' | 'usual' = 'all'): Generator<SignedText> {
  for (const { body, fault, isRare } of bodyVariants(search.body)) {
    if (fault === null || (isRare && which === 'usual')) continue
    for (const claims of claimsOf(search, body)) yield* textsOf(search, claims, [fault])
  }
}

function* textsOf(
  { scheme, urls, previous }: Search,
  claims: Claims,
  faults: SignedText['faults'],
): Generator<SignedText> {
  const signsUrl = contentTokens(scheme.signature.content).some(token => 'part' in token && token.part === 'url')
  for (const { url, faults: more } of signsUrl ? urls : [{ url: claims.url, faults: [] }]) {
    const all = [...faults, ...more.map(finding => () => finding)]
    const text = signedText(scheme.signature, { ...claims, url }, all)
    if (text !== null) yield text
    if (scheme.previous === undefined || previous === undefined) continue
    const older = signedText(scheme.previous, { ...claims, url, signature: previous }, all)
    if (older !== null) yield older
  }
}

function* claimsOf({ scheme, readings, urls }: Search, body: Uint8Array): Generator<Claims> {
  for (const { id, timestamp, tenant, signature } of readings) {
    const url = urls[0]?.url
    if (scheme.inBody !== undefined) {
      const signed = readSignedBody(body, scheme.inBody)
      if (signed === null) continue
      const said = { id: signed.id ?? id, timestamp: signed.timestamp ?? timestamp }
      yield { ...said, tenant, url, signature: signed.signature, body: signed.emptied }
    } else if (signature !== undefined) {
      yield { id, timestamp: timestampOf(scheme, { timestamp, signature }), tenant, url, signature, body }
    }
  }
}

/** The time that a request says, in a header or within its signature. */
export function timestampOf(
  { signature: header }: Scheme,
  { timestamp, signature = '' }: { readonly [P in Part]?: string | undefined },
): string | undefined {
  return header.form === 'timestamped' ? timestampsIn(signature, header)[0] : timestamp
}

function signedText(header: SignatureHeader, claims: Claims, faults: SignedText['faults']): SignedText | null {
  const lacks = contentTokens(header.content).some(
    token => 'part' in token && token.part !== 'body' && claims[token.part] === undefined,
  )
  if (lacks) return null
  const content = signedContent(header, claims, claims.body)
  return { content, signature: readSignatures(claims.signature, header), faults, claims }
}

/** What other schemes sign. */
const usual = [
  '{body}',
  '{timestamp}.{body}',
  '{timestamp}{body}',
  '{timestamp}:{body}',
  'v0:{timestamp}:{body}',
  '{id}.{timestamp}.{body}',
  '{id}.{body}',
  '{timestamp}.{tenant}.{body}',
  '{body}{timestamp}',
  '{url}{body}',
]

function usualContents({ signature, weaker }: Scheme): readonly string[] {
  return [...new Set([...(weaker === undefined ? [] : [weaker.content]), ...usual])].filter(
    content => content !== signature.content,
  )
}

function signedOtherwise(content: string): Finding {
  const message = `A key signed the request, but over ${content}, which is not what the scheme signs.`
  const remedy =
    'The sender uses another scheme or another version of it: choose the scheme that its documentation describes.'
  return proven('signed-otherwise', message, remedy)
}

/** The weaker signature covers less; where a request has it, it must match as well. */
function secondSignature({ scheme, weaker }: Search, key: KeyVariant, claims: Claims): readonly Finding[] {
  if (scheme.weaker === undefined || weaker === undefined || weaker === '') return []
  const text = signedText(scheme.weaker, { ...claims, signature: weaker }, [])
  if (text === null || foundAs(digest('sha256', key.hmacKey, text.content), text.signature)?.length === 0) return []
  const [first = '', second = ''] = [scheme.signature.header[0], scheme.weaker.header[0]]
  const message = `The signature in ${first} matches, and the one in ${second} does not.`
  return [proven('second-signature', message, `Let the sender write ${second} with the same key, or leave it away.`)]
}

const algorithms = ['sha1', 'sha512', 'sha384', 'md5'] as const

function otherAlgorithm(search: Search, keys: readonly KeyVariant[]): Match | null {
  for (const algorithm of algorithms) {
    for (const text of contentsAsSent(search)) {
      for (const key of keys) {
        if (foundAs(digest(algorithm, key.hmacKey, text.content), text.signature) === null) continue
        const message = `A key signed the request, but with HMAC-${algorithm.toUpperCase()}; the scheme has HMAC-SHA256.`
        const remedy = 'Look for the header with the SHA-256 signature, or switch the sender to it.'
        return { faults: [...key.faults, proven('signature-algorithm', message, remedy)] }
      }
    }
  }
  return null
}
