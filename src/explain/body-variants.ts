import { Buffer } from 'node:buffer'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { dechunked } from './captured-request'
import { type Finding, counted, proven } from './finding'
import { escaped, jsonSpellings } from './json-spellings'

// What the sender may have signed, where that is not what arrived: each a body, and what then happened to it on the way.

/** A body that may have been signed. */
export interface BodyVariant {
  readonly body: Uint8Array
  /** Why it is not what arrived. Null: it is. */
  readonly fault: (() => Finding) | null
  /** One of many that are seldom it: not tried together with a fault of the secret. */
  readonly isRare: boolean
}

/** Of a longer body, only what is cheap is tried. */
const mostSpelled = 1024 * 1024
/** What is decompressed may be so long. */
const mostInflated = 16 * 1024 * 1024

interface Guess {
  readonly body: Uint8Array
  readonly code: Finding['code']
  /** What happened, as a sentence about the body. */
  readonly happened: string
  readonly remedy: string
  readonly isRare?: boolean
}

/** The body itself first; then the likeliest. Some may be there twice. */
export function* bodyVariants(received: Uint8Array): Generator<BodyVariant> {
  yield { body: received, fault: null, isRare: false }
  for (const guess of guesses(received)) {
    if (Buffer.compare(guess.body, received) === 0) continue
    const isRare = guess.code === 'body-key-order' || guess.isRare === true
    yield { body: guess.body, fault: () => findingOf(guess, received), isRare }
  }
}

function findingOf({ body, code, happened, remedy }: Guess, received: Uint8Array): Finding {
  return proven(code, `${happened} ${differenceOf(received, body)}`, remedy)
}

/** Lengths, and where the bodies part. */
function differenceOf(received: Uint8Array, signed: Uint8Array): string {
  const end = Math.min(received.length, signed.length)
  let at = 0
  while (at < end && received[at] === signed[at]) at += 1
  return `${counted(signed.length, 'byte')} were signed, ${received.length} arrived; they differ from byte ${at} on.`
}

const rawBody = 'Verify the bytes as they arrived, before anything parses them, and parse them afterwards.'

function* guesses(received: Uint8Array): Generator<Guess> {
  yield* newlines(received)
  if (received.length > mostSpelled) {
    yield* encodings(received)
    return
  }
  const text = utf8(received)
  if (text !== null) yield* reserialised(text)
  yield* encodings(received)
  if (text === null) return
  yield* textual(text)
  yield* wrapped(text)
  // A newline that was lost besides, as after a file was parsed.
  if (text !== '') yield* reserialised(text, '\n')
}

function* newlines(received: Uint8Array): Generator<Guess> {
  const text = Buffer.from(received).toString('latin1')
  const guess = (signed: string, code: Finding['code'], happened: string, remedy: string): Guess => {
    return { body: Buffer.from(signed, 'latin1'), code, happened, remedy }
  }
  const added = 'Take nothing through a shell, an editor or a template; verify the bytes as they arrived.'
  if (text.endsWith('\n')) {
    yield guess(text.replace(/\r?\n$/, ''), 'body-newline', 'A newline was added at the end of the body.', added)
    yield guess(withoutEnd(text), 'body-newline', 'Newlines were added at the end of the body.', added)
  }
  const kept = 'Do not trim the body; verify the bytes as they arrived.'
  yield guess(`${text}\n`, 'body-newline', 'The newline at the end of the body was taken off.', kept)
  yield guess(`${text}\r\n`, 'body-newline', 'The newline at the end of the body was taken off.', kept)
  yield guess(text.trim(), 'body-whitespace', 'Whitespace was added around the body.', added)
  yield guess(` ${text}`, 'body-whitespace', 'Whitespace before the body was taken off.', kept)
  yield guess(`${text} `, 'body-whitespace', 'Whitespace after the body was taken off.', kept)
  const lines = 'Something on the way takes the body for a text of its own platform: hand it on as bytes.'
  yield guess(text.replaceAll('\r\n', '\n'), 'body-line-endings', 'Line feeds became CR LF.', lines)
  yield guess(text.replaceAll(/\r?\n/g, '\r\n'), 'body-line-endings', 'CR LF became line feeds.', lines)
  const mark = '\u00ef\u00bb\u00bf'
  const decoder = 'Verify bytes and not a decoded text: decoders add or drop the mark.'
  if (text.startsWith(mark)) {
    yield guess(text.slice(3), 'body-byte-order-mark', 'A byte order mark was put before the body.', decoder)
  }
  yield guess(mark + text, 'body-byte-order-mark', 'The byte order mark before the body was dropped.', decoder)
}

/** Without the line ends at its end, however many. */
function withoutEnd(text: string): string {
  let end = text.length
  while (text[end - 1] === '\n' || text[end - 1] === '\r') end -= 1
  return text.slice(0, end)
}

function* reserialised(text: string, end = ''): Generator<Guess> {
  const seen = new Set([text])
  const isRare = end !== ''
  for (const { text: signed, differs, layout } of jsonSpellings(text)) {
    if (end === '' && seen.has(signed)) continue
    seen.add(signed)
    const body = Buffer.from(signed + end)
    const newline = end === '' ? '' : ' and a newline at its end'
    const sent = `it was sent ${layout}${newline}.`
    if (differs === 'layout') {
      const happened = `The body was parsed and serialised again: ${sent}`
      yield { body, code: 'body-reserialised', happened, remedy: rawBody, isRare }
    } else if (differs === 'escapes') {
      const happened = `The body was parsed and serialised again, which spells characters another way: ${sent}`
      yield { body, code: 'body-escapes', happened, remedy: rawBody, isRare }
    } else {
      const happened = `The body was parsed and serialised again, with its keys in another order: ${sent}`
      yield { body, code: 'body-key-order', happened, remedy: rawBody, isRare }
    }
  }
}

function* encodings(received: Uint8Array): Generator<Guess> {
  const bytes = Buffer.from(received)
  const text = bytes.toString('latin1')
  const base64 = /^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(text) ? Buffer.from(text, 'base64') : null
  if (base64 !== null && base64.length > 0) {
    const happened = 'The body is still base64.'
    const remedy = 'Decode it first: API Gateway and load balancers say so by isBase64Encoded.'
    yield { body: base64, code: 'body-base64', happened, remedy }
  }
  yield {
    body: Buffer.from(bytes.toString('base64')),
    code: 'body-base64',
    happened: 'The body was signed as base64, and has been decoded.',
    remedy: 'Verify the text as it was sent, and decode it afterwards.',
  }
  for (const inflate of [gunzipSync, inflateSync, brotliDecompressSync]) {
    const inflated = decompressed(bytes, inflate)
    if (inflated === null) continue
    const happened = 'The body is still compressed.'
    const remedy = 'Decompress it by its Content-Encoding before it is verified.'
    yield { body: inflated, code: 'body-compressed', happened, remedy }
  }
  const whole = dechunked(received)
  if (whole !== null) {
    const happened = 'The body still has the sizes of its chunks in it.'
    yield { body: whole, code: 'body-chunked', happened, remedy: 'Read the request with an HTTP parser.' }
  }
  yield* charsets(bytes)
}

function decompressed(
  bytes: Buffer,
  inflate: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer,
): Buffer | null {
  // Brotli has no mark by which to tell it; text is mostly none.
  try {
    return bytes.length === 0 ? null : inflate(bytes, { maxOutputLength: mostInflated })
  } catch {
    return null
  }
}

function* charsets(bytes: Buffer): Generator<Guess> {
  const remedy = 'Verify bytes and not a decoded text; where a text is needed, decode it as UTF-8.'
  const twice = 'The body was read in another charset than UTF-8, and written as UTF-8 again.'
  const once = 'The body was written in another charset than UTF-8.'
  const text = utf8(bytes)
  if (text !== null && /[^\0-\x7f]/.test(text)) {
    const latin1 = /[^\0-\xff]/.test(text) ? null : Buffer.from(text, 'latin1')
    if (latin1 !== null) yield { body: latin1, code: 'body-charset', happened: twice, remedy }
    const windows = fromWindows1252(text)
    if (windows !== null) yield { body: windows, code: 'body-charset', happened: twice, remedy }
  }
  if (bytes.some(byte => byte > 127)) {
    yield { body: Buffer.from(bytes.toString('latin1')), code: 'body-charset', happened: once, remedy }
    const windows = new TextDecoder('windows-1252').decode(bytes)
    yield { body: Buffer.from(windows), code: 'body-charset', happened: once, remedy }
  }
  if (text !== null) {
    yield { body: Buffer.from(text, 'utf16le'), code: 'body-charset', happened: 'The body was sent as UTF-16.', remedy }
  }
  if (bytes.length % 2 === 0 && bytes.includes(0)) {
    const read = bytes.toString('utf16le').replace(/^\ufeff/, '')
    yield { body: Buffer.from(read), code: 'body-charset', happened: 'The body was written as UTF-16.', remedy }
  }
}

/** The bytes that a decoder of windows-1252 would read the text from; null: there are none. */
function fromWindows1252(text: string): Uint8Array | null {
  const bytes: number[] = []
  for (const character of text) {
    const byte = windows1252.get(character)
    if (byte === undefined) return null
    bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

const windows1252 = new Map(
  Array.from({ length: 256 }, (_, byte) => [new TextDecoder('windows-1252').decode(Uint8Array.of(byte)), byte]),
)

function* textual(text: string): Generator<Guess> {
  const guess = (signed: string | null, code: Finding['code'], happened: string, remedy: string): Guess[] => {
    return signed === null ? [] : [{ body: Buffer.from(signed), code, happened, remedy }]
  }
  const spelled = 'Characters of the body were escaped, or their escapes were taken off.'
  yield* guess(escaped(text, /[^\0-\x7f]/g), 'body-escapes', spelled, rawBody)
  yield* guess(escaped(text, /[^\0-\x7f]/g, 'upper'), 'body-escapes', spelled, rawBody)
  yield* guess(unescaped(text), 'body-escapes', spelled, rawBody)
  yield* guess(text.replaceAll('/', '\\/'), 'body-escapes', spelled, rawBody)
  yield* guess(text.replaceAll('\\/', '/'), 'body-escapes', spelled, rawBody)
  yield* guess(withoutEntities(text), 'body-escapes', 'The body was escaped for HTML.', rawBody)
  for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
    yield* guess(text.normalize(form), 'body-unicode-form', 'The characters of the body were normalised.', rawBody)
  const url = 'The body was decoded as a URL or a form is.'
  const encoded = 'The body was encoded as a URL or a form is.'
  yield* guess(urlDecoded(text), 'body-url-encoding', encoded, rawBody)
  yield* guess(urlDecoded(text.replaceAll('+', ' ')), 'body-url-encoding', encoded, rawBody)
  yield* guess(urlEncoded(text), 'body-url-encoding', url, rawBody)
  yield* guess(text.replaceAll(' ', '+'), 'body-url-encoding', url, rawBody)
  for (const form of formEncoded(text)) yield* guess(form, 'body-url-encoding', url, rawBody)
}

function withoutEntities(text: string): string {
  return text
    .replaceAll(/&quot;|&#34;/g, '"')
    .replaceAll(/&#39;|&#x27;|&apos;/g, "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** The members of a form, each value encoded again, as browsers do and as `encodeURIComponent` does. */
function formEncoded(text: string): readonly string[] {
  const pairs = text.split('&').map(pair => {
    const at = pair.indexOf('=')
    return at === -1 ? ([pair, null] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const)
  })
  if (pairs.every(([, value]) => value === null)) return []
  const joined = (encode: (value: string) => string | null): string =>
    pairs.map(([name, value]) => (value === null ? name : `${name}=${encode(value) ?? value}`)).join('&')
  const asForm = (value: string): string => new URLSearchParams([['', value]]).toString().slice(1)
  return [joined(urlEncoded), joined(asForm)]
}

function urlEncoded(text: string): string | null {
  return text.isWellFormed() ? encodeURIComponent(text) : null
}

function urlDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})/g, (whole, before: string, digits: string) => {
    const code = Number.parseInt(digits, 16)
    return code < 128 ? whole : before + String.fromCharCode(code)
  })
}

/** A body within another document: a JSON text of it, a Buffer as JSON, the member of an event or of a message. */
function* wrapped(text: string): Generator<Guess> {
  const value = parsedJson(text)
  const string = 'The body was put into a JSON text.'
  if (typeof value === 'string') {
    yield { body: Buffer.from(value), code: 'body-stringified', happened: string, remedy: rawBody }
  }
  yield {
    body: Buffer.from(JSON.stringify(text)),
    code: 'body-stringified',
    happened: 'The body was sent as a JSON text, and has been parsed.',
    remedy: rawBody,
  }
  if (typeof value !== 'object' || value === null) return
  const { type, data } = value as { readonly type?: unknown; readonly data?: unknown }
  if (type === 'Buffer' && Array.isArray(data)) {
    yield { body: Uint8Array.from(data.map(Number)), code: 'body-stringified', happened: string, remedy: rawBody }
  }
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string' && (typeof member !== 'object' || member === null)) continue
    const happened = 'The body stands in a document around it, as an event or a queue hands it on.'
    const remedy = 'Take the delivery’s own body out of the event or the message before it is verified.'
    const texts = typeof member === 'string' ? [Buffer.from(member)] : [Buffer.from(JSON.stringify(member))]
    if (typeof member === 'string' && name === 'body') texts.push(Buffer.from(member, 'base64'))
    for (const body of texts) yield { body, code: 'body-wrapped', happened, remedy }
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Null: not UTF-8. A byte order mark stays. */
export function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
