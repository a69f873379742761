import { isDeepStrictEqual } from 'node:util'
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import type { Contract, OperationOf } from '../contracts/contract'
import { type Form, isForm, type Json, type Shape } from '../contracts/shape'
import type { TimeFormat } from '../contracts/dimensions'
import { parseTime } from '../contracts/times'
import { Secret } from '../core/secret'
import type { VendorRotation, ShownSecret } from './ports'

type Revealing = OperationOf<'rotate'> | OperationOf<'reveal'>
type Showing = OperationOf<'get'> | OperationOf<'secret-state'>

/** What a reply reveals; null where it is not as the contract says. */
export function readRotated(contract: Contract, { reply }: Revealing, body: unknown): VendorRotation | null {
  if (reply.body === null) return null
  const fields = readShape(reply.body, body)
  const secret = fields.get('signingSecret')
  if (typeof secret !== 'string' || secret === '') return null
  const previous = fields.get('previousExpiresAt')
  return {
    secret: new Secret(secret),
    keyId: textOf(fields.get('keyId')),
    version: numberOf(fields.get('version')),
    tenantId: textOf(fields.get('tenantId')),
    rotatedAt: timeOf(fields.get('rotatedAt'), contract.times),
    previousExpiresAt: previous === null ? null : (timeOf(previous, contract.times) ?? undefined),
  }
}

/** What a read shows of the current secret. */
export function readShown({ reply }: Showing, body: unknown): ShownSecret {
  const fields = reply.body === null ? new Map<string, unknown>() : readShape(reply.body, body)
  return { hint: textOf(fields.get('secretHint')), mask: textOf(fields.get('secretMask')) }
}

/** A time that the shape says the format of has been read by it. */
function timeOf(value: unknown, format: TimeFormat): Date | null {
  return value instanceof Date ? value : parseTime(value, format)
}

/** An id may be a number. */
function textOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

/**
 * The fields of a reply, out of its body by its shape: what `renderShape` does, the other way round. A time in a format
 * of its own is a `Date`, or undefined where it is none. A member that is not there leaves its field out, and what the
 * shape does not name is not looked at.
 */
export function readShape(shape: Shape<string>, body: unknown): ReadonlyMap<string, unknown> {
  return new Map(readFields(shape, body))
}

type Field = readonly [name: string, value: unknown]

function readFields(shape: Shape<string>, body: unknown): readonly Field[] {
  if (body === undefined) return []
  if (typeof shape === 'string') return [[shape, body]]
  if (isForm(shape)) return readForm(shape, body)
  return Object.entries(shape).flatMap(([name, member]) => readFields(member, memberOf(body, name)))
}

/** Whether every constant of the shape stands in the body. */
export function saysItsConstants(shape: Shape<string>, body: unknown): boolean {
  if (typeof shape === 'string') return true
  if (isForm(shape)) return !('$constant' in shape) || isDeepStrictEqual(shape.$constant, body)
  return Object.entries(shape).every(([name, member]) => saysItsConstants(member, memberOf(body, name)))
}

/** Constants, first characters and lists say nothing that is needed. */
function readForm(form: Form, body: unknown): readonly Field[] {
  if ('$time' in form) return [[form.$time, body === null ? null : (parseTime(body, form.format) ?? undefined)]]
  if ('$present' in form) return [[form.$present, body]]
  return '$words' in form ? [[form.$words, wordOf(form.words, body)]] : []
}

/** Keyturn's own word for the contract's. */
function wordOf(words: Readonly<Record<string, Json>>, body: unknown): unknown {
  return Object.entries(words).find(([, word]) => word === body)?.[0] ?? body
}

function memberOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return Object.entries(body).find(([member]) => member === name)?.[1]
}

const maximumBytes = 4 * 1024 * 1024

/**
 * The JSON of a reply, read as `fetch(…).json()` reads it: whatever its content type is, with a byte order mark or
 * without, and decoded if it is compressed all the same. Undefined where it is not JSON or larger than 4 MiB. Reading
 * stops at the limit.
 */
export async function readJson(body: AsyncIterable<Uint8Array>, contentEncoding: string): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maximumBytes) return undefined
    chunks.push(chunk)
  }
  const decoded = uncompressed(Buffer.concat(chunks), contentEncoding)
  if (decoded === null) return undefined
  try {
    // Takes a byte order mark off, as Buffer's toString does not.
    return JSON.parse(new TextDecoder().decode(decoded))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Null: not in its codings, or too large. */
function uncompressed(bytes: Buffer, contentEncoding: string): Buffer | null {
  const codings = contentEncoding.toLowerCase().split(',').toReversed()
  try {
    return codings.reduce((coded, coding) => uncompressedOnce(coded, coding.trim()), bytes)
  } catch {
    return null
  }
}

/** RFC 9110, section 8.4.1. Some send what they call deflate without its wrapper. */
function uncompressedOnce(bytes: Buffer, coding: string): Buffer {
  const limit = { maxOutputLength: maximumBytes }
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, limit)
    case 'deflate':
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, limit) : inflateRawSync(bytes, limit)
    case 'br':
      return brotliDecompressSync(bytes, limit)
    default:
      return bytes
  }
}
