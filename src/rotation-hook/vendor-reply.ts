import { isDeepStrictEqual } from 'node:util'
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import type { Contract, OperationOf } from '../contracts/contract'
import { timesOf } from '../contracts/defaults'
import type { TimeFormat } from '../contracts/dimensions'
import type { PlaceText } from '../contracts/place'
import { fieldsInText, type Form, isForm, isValue, type Json, type Shape } from '../contracts/shape'
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
    rotatedAt: timeOf(fields.get('rotatedAt'), timesOf(contract)),
    previousExpiresAt: previous === null ? null : (timeOf(previous, timesOf(contract)) ?? undefined),
  }
}

/** What a read shows of the current secret. */
export function readShown({ reply }: Showing, body: unknown): ShownSecret {
  const fields = reply.body === null ? new Map<string, unknown>() : readShape(reply.body, body)
  return { hint: textOf(fields.get('secretHint')), mask: textOf(fields.get('secretMask')) }
}

/** The members that a vendor wants to be sent again, by their places, as its read shows them; null: it does not show one. */
export function sentBackOf(
  { client }: Contract,
  { reply }: OperationOf<'get'>,
  body: unknown,
): Readonly<Record<PlaceText, Json>> | null {
  const fields = reply.body === null ? new Map<string, unknown>() : readShape(reply.body, body)
  const members = Object.entries(client?.sentBack ?? {}).map(([place, field]) => [place, fields.get(field)] as const)
  // They come from JSON.
  return members.every(([, value]) => value !== undefined)
    ? (Object.fromEntries(members) as Record<PlaceText, Json>)
    : null
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
  if (body === undefined || isValue(shape)) return []
  if (typeof shape === 'string') return [[shape, body]]
  if (isForm(shape)) return readForm(shape, body)
  return Object.entries(shape).flatMap(([name, member]) => readFields(member, memberOf(body, name)))
}

/** Whether every constant of the shape stands in the body. */
export function saysItsConstants(shape: Shape<string>, body: unknown): boolean {
  if (typeof shape === 'string') return true
  if (isValue(shape)) return shape === body
  if (isForm(shape)) return !('$constant' in shape) || isDeepStrictEqual(shape.$constant, body)
  return Object.entries(shape).every(([name, member]) => saysItsConstants(member, memberOf(body, name)))
}

/** Constants and first characters say nothing that is needed. */
function readForm(form: Form, body: unknown): readonly Field[] {
  if ('$time' in form) return [[form.$time, body === null ? null : (parseTime(body, form.format) ?? undefined)]]
  if ('$present' in form) return [[form.$present, body]]
  if ('$number' in form) return [[form.$number, typeof body === 'number' ? String(body) : body]]
  if ('$text' in form) return readText(form.$text, body)
  if ('$words' in form) return [[form.$words, wordOf(form.words, body)]]
  if ('$list' in form) return form.$list.flatMap((item, index) => readFields(item, listOf(body)[index]))
  return '$each' in form && form.$each === 'secrets' ? newestOf(form, listOf(body)) : []
}

function listOf(body: unknown): readonly unknown[] {
  return Array.isArray(body) ? body : []
}

/** The fields that stand in a text, each as short as what follows it allows. */
function readText(text: string, body: unknown): readonly Field[] {
  const fields = fieldsInText(text)
  const parts = text.split(/\{\w+\}/).map(part => part.replaceAll(/[^\w\s]/g, String.raw`\$&`))
  const [, ...values] = new RegExp(`^${parts.join('(.*?)')}$`, 's').exec(String(body)) ?? []
  return fields.flatMap((field, index) => (values[index] === undefined ? [] : [[field, values[index]] as const]))
}

type EachForm = Extract<Form, { readonly $each: string }>

/**
 * The newest secret of a list of all: the one that is said to be current, or else the one that was made last, or else the
 * first or the last, as the list's order is.
 */
function newestOf({ shape, order }: EachForm, items: readonly unknown[]): readonly Field[] {
  const ordered = (order === 'oldest-first' ? items.toReversed() : items).map(item => readShape(shape, item))
  const saysCurrent = ordered.find(item => item.get('isCurrent') === true || item.get('isCurrent') === 'true')
  const newest = saysCurrent ?? ordered.reduce<ReadonlyMap<string, unknown> | undefined>(later, undefined)
  return newest === undefined ? [] : [...newest]
}

/** The one that was made later; where neither says when, the first of the two. */
function later(
  one: ReadonlyMap<string, unknown> | undefined,
  other: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, unknown> {
  return one === undefined || madeAt(other) > madeAt(one) ? other : one
}

/** Numbers of any unit count as they are: only which is greater matters. */
function madeAt(item: ReadonlyMap<string, unknown>): number {
  const made = item.get('createdAt')
  if (made instanceof Date) return made.getTime()
  return typeof made === 'number' ? made : typeof made === 'string' ? Date.parse(made) : Number.NaN
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
