import { Buffer } from 'node:buffer'
import { wrong } from '../verify/arguments'
import { jsonObject } from './given-key'

// From a file that holds a request to the request.

/** A request as it reached the receiver. */
export interface CapturedRequest {
  readonly method?: string | undefined
  /** Where it was sent: whole, or its path and query. */
  readonly url?: string | undefined
  /** A list of pairs shows headers that came twice. */
  readonly headers: CapturedHeaders
  /** The bytes that the receiver verified; a string counts as its UTF-8 bytes. */
  readonly body: string | Uint8Array
  /** When it arrived, where the capture says so. */
  readonly receivedAt?: Date | undefined
  /** Present: the capture holds the body as an object that was parsed already, written again here. */
  readonly isParsed?: true | undefined
}

export type CapturedHeaders =
  | readonly (readonly [name: string, value: string])[]
  | Readonly<Record<string, string | readonly string[] | null | undefined>>

/**
 * The request in a file: HTTP as it goes over the wire (request line, headers, an empty line, the body), JSON `{method,
 * url, headers, body | bodyBase64, receivedAt}`, or the event of a Lambda function (API Gateway's formats 2.0 and 1.0,
 * function URLs, load balancers).
 * @throws {TypeError} saying which member is wrong, or that it is none of these. The message never holds a value.
 */
export function readCapturedRequest(file: Uint8Array): CapturedRequest {
  const given: unknown = file
  if (!ArrayBuffer.isView(given) && typeof given !== 'string') throw wrong('the file', 'the bytes of a request', given)
  const text = Buffer.from(file).toString('utf8')
  if (/^\ufeff?\s*\{/.test(text)) {
    const object = jsonObject(text)
    if (object === null) throw new TypeError('the request begins with { but is not one JSON object')
    return 'requestContext' in object || 'isBase64Encoded' in object ? ofEvent(object) : ofJson(object)
  }
  return ofHttp(Buffer.from(file))
}

type JsonObject = Readonly<Record<string, unknown>>

function ofJson(object: JsonObject): CapturedRequest {
  const { method, url, headers, body, bodyBase64, receivedAt } = object
  if (bodyBase64 !== undefined && body !== undefined) throw new TypeError('give body or bodyBase64, not both')
  if (bodyBase64 !== undefined && typeof bodyBase64 !== 'string') throw new TypeError('bodyBase64 must be a text')
  const common = {
    method: optionalText('method', method),
    url: optionalText('url', url),
    headers: headersOf('headers', headers),
    receivedAt: optionalTime('receivedAt', receivedAt),
  }
  if (typeof bodyBase64 === 'string') return { ...common, body: fromBase64('bodyBase64', bodyBase64) }
  if (typeof body === 'string') return { ...common, body }
  if (body === undefined || body === null) return { ...common, body: '' }
  return { ...common, body: JSON.stringify(body), isParsed: true }
}

function ofEvent(event: JsonObject): CapturedRequest {
  const context = objectAt(event, 'requestContext')
  const { method } = objectAt(context, 'http')
  const { body, isBase64Encoded, headers, multiValueHeaders, rawPath, rawQueryString, path, httpMethod } = event
  if (body !== undefined && body !== null && typeof body !== 'string')
    throw new TypeError('body must be a text or null')
  const text = body ?? ''
  const many = headersOf('multiValueHeaders', multiValueHeaders ?? {})
  const all = Object.keys(many).length > 0 ? many : headersOf('headers', headers ?? {})
  const query = typeof rawQueryString === 'string' && rawQueryString !== '' ? `?${rawQueryString}` : ''
  const at = typeof rawPath === 'string' ? rawPath + query : optionalText('path', path)
  const epoch = context.timeEpoch ?? context.requestTimeEpoch
  return {
    method: optionalText('method', method ?? httpMethod),
    url: at === undefined || typeof context.domainName !== 'string' ? at : `https://${context.domainName}${at}`,
    headers: all,
    body: isBase64Encoded === true ? fromBase64('body', text) : text,
    receivedAt: typeof epoch === 'number' ? new Date(epoch) : undefined,
  }
}

function objectAt(object: JsonObject, name: string): JsonObject {
  const value = object[name]
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {}
}

function optionalText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined
  throw new TypeError(`${name} must be a text`)
}

function optionalTime(name: string, value: unknown): Date | undefined {
  if (value === undefined || value === null) return undefined
  const at = new Date(typeof value === 'string' || typeof value === 'number' ? value : Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw new TypeError(`${name} must be a time such as 2026-11-21T12:00:00Z, or milliseconds since 1970`)
}

function fromBase64(name: string, text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64').replaceAll('=', '') === text.replaceAll(/[=\s]/g, '')) return bytes
  throw new TypeError(`${name} must be base64`)
}

function headersOf(name: string, value: unknown): CapturedHeaders {
  if (Array.isArray(value)) {
    if (value.every(isPair)) return value
    throw new TypeError(`${name} must be an object, or a list of pairs ["name", "value"]`)
  }
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name} must be an object or a list of pairs`)
  const entries = Object.entries(value).map(([key, each]): readonly [string, string | readonly string[] | null] => {
    if (each === null || typeof each === 'string') return [key, each]
    if (typeof each === 'number') return [key, String(each)]
    if (Array.isArray(each) && each.every(one => typeof one === 'string')) return [key, each]
    throw new TypeError(`the values of ${name} must be texts, or lists of texts`)
  })
  return Object.fromEntries(entries)
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(each => typeof each === 'string')
}

const requestLine = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/

/** HTTP/1.1 (RFC 9112, section 2.1). Line feeds alone end lines too, and what `curl -v` puts before them is dropped. */
function ofHttp(file: Buffer): CapturedRequest {
  // The bytes of the body stand where they stood: each byte is one character.
  const text = file.toString('latin1')
  const [head, blank] = /^[^]*?\r?\n(\r?\n|> ?\r?\n)/.exec(text) ?? []
  const lines = (head ?? text).split(/\r?\n/).map(line => line.replace(/^> ?/, ''))
  const [first = '', ...rest] = lines
  const [, method, url] = requestLine.exec(first.trim()) ?? []
  if (method === undefined || url === undefined) {
    throw new TypeError(
      'the request must be HTTP (POST /path HTTP/1.1, headers, an empty line, the body), JSON or an event of Lambda',
    )
  }
  const headers = rest.filter(line => line !== '').map(headerLine)
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const body = blank === undefined || head === undefined ? Buffer.alloc(0) : file.subarray(head.length)
  const isChunked = headers.some(([name, value]) => /^transfer-encoding$/i.test(name) && /chunked/i.test(value))
  return {
    method,
    url: url.startsWith('/') && host !== undefined ? `https://${host}${url}` : url,
    headers,
    body: (isChunked ? dechunked(body) : null) ?? body,
  }
}

function headerLine(line: string, index: number): readonly [string, string] {
  const at = line.indexOf(':')
  if (at > 0) return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
  throw new TypeError(`line ${index + 2} of the request is no header; an empty line must stand before the body`)
}

/** The body without its chunks' sizes (RFC 9112, section 7.1); null: it has none. */
export function dechunked(body: Uint8Array): Uint8Array | null {
  const text = Buffer.from(body).toString('latin1')
  const parts: string[] = []
  for (let at = 0; ;) {
    const [line, digits = ''] = /^([0-9a-f]{1,8})(?:;[^\r\n]*)?\r?\n/i.exec(text.slice(at, at + 1000)) ?? []
    if (line === undefined) return null
    const size = Number.parseInt(digits, 16)
    const from = at + line.length
    if (size === 0) return Buffer.from(parts.join(''), 'latin1')
    if (from + size > text.length) return null
    parts.push(text.slice(from, from + size))
    const [end] = /^\r?\n/.exec(text.slice(from + size, from + size + 2)) ?? []
    if (end === undefined) return null
    at = from + size + end.length
  }
}
