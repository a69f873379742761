import type { KeyBytes } from './key-bytes'
import type { DeliveryHeaders } from './received-delivery'
import type { Scheme } from './schemes'

// What a caller may hand in, where no compiler looked. A message names the argument, what it must be and what kind of
// thing was given, and never a value: it may be a secret.

/** @throws {TypeError} */
export function requireBody(body: unknown): asserts body is string | Uint8Array {
  if (typeof body !== 'string' && !ArrayBuffer.isView(body)) {
    throw wrong('body', 'the raw body, as bytes or text, before anything parses it', body)
  }
}

/** Null and undefined count as no headers. @throws {TypeError} */
export function requireHeaders(headers: unknown): asserts headers is DeliveryHeaders | null | undefined {
  if (headers === null || headers === undefined) return
  const wanted = "the request's headers: Headers, or an object of names and values"
  if (typeof headers !== 'object' || Array.isArray(headers)) throw wrong('headers', wanted, headers)
  if ('get' in headers && typeof headers.get === 'function') return
  const inner: unknown = 'headers' in headers ? headers.headers : undefined
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return
  throw new TypeError(`headers must be ${wanted}; the whole request was given: hand on its headers`)
}

/** @throws {TypeError} */
export function requireSecrets(secrets: unknown): asserts secrets is string | readonly string[] {
  if (typeof secrets === 'string' || Array.isArray(secrets)) return
  throw wrong('secrets', "a secret's text, or a list of them", secrets)
}

/** How a delivery is verified or signed. Options that `kinds` does not name are not looked at. @throws {TypeError} */
export function requireOptions(options: unknown, kinds: OptionKinds): asserts options is object {
  requireObject('options', 'an object such as { scheme }', options)
  for (const [name, kind] of kinds) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined) checks[kind](`options.${name}`, value)
  }
}

/** What each option must be. */
export type OptionKinds = readonly (readonly [name: string, kind: OptionKind])[]

type OptionKind = 'scheme' | 'keyBytes' | 'text' | 'date' | 'seconds' | 'function' | 'list' | 'object'

const common: OptionKinds = [
  ['scheme', 'scheme'],
  ['keyBytes', 'keyBytes'],
  ['url', 'text'],
  ['now', 'date'],
]

export const verifyOptionKinds: OptionKinds = [...common, ['toleranceSeconds', 'seconds'], ['onError', 'function']]
export const signOptionKinds: OptionKinds = [...common, ['id', 'text'], ['tenant', 'text']]
export const explainOptionKinds: OptionKinds = [
  ...common,
  ['toleranceSeconds', 'seconds'],
  ['secretForm', 'object'],
  ['known', 'list'],
]

const checks: Readonly<Record<OptionKind, (name: string, value: unknown) => void>> = {
  scheme: requireScheme,
  keyBytes: requireKeyBytes,
  text: requireText,
  date: requireDate,
  seconds: (name, value) => {
    if (typeof value !== 'number' || !(value >= 0)) throw wrong(name, 'a number of seconds from 0 up', value)
  },
  function: requireFunction,
  list: (name, value) => {
    if (!Array.isArray(value)) throw wrong(name, 'a list', value)
  },
  object: (name, value) => requireObject(name, 'an object', value),
}

/** @throws {TypeError} */
export function requireObject(name: string, wanted: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, wanted, value)
}

/** @throws {TypeError} */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(name, 'a function', value)
}

/** @throws {TypeError} */
export function requireText(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw wrong(name, 'a text', value)
}

/** By its method: a date may come from another realm. @throws {TypeError} */
export function requireDate(name: string, value: unknown): asserts value is Date {
  const time: unknown =
    typeof value === 'object' && value !== null && 'getTime' in value && typeof value.getTime === 'function'
      ? value.getTime()
      : undefined
  if (typeof time !== 'number' || Number.isNaN(time)) throw wrong(name, 'a valid Date', value)
}

/** Schemes that were looked at: each is asked for with every delivery. */
const looked = new WeakSet<object>()

/** @throws {TypeError} */
export function requireScheme(name: string, scheme: unknown): asserts scheme is Scheme {
  const wanted = 'a scheme, such as standardWebhooks or timestampedList({ header })'
  requireObject(name, wanted, scheme)
  if (looked.has(scheme)) return
  const { id, timestamp, tenant, signature, keyBytes } = scheme as Partial<Record<keyof Scheme, unknown>>
  for (const [part, names] of Object.entries({ id, timestamp, tenant })) requireNames(`${name}.${part}`, names)
  requireObject(`${name}.signature`, 'an object that says how the signature is written', signature)
  const { header, content } = signature as Partial<Record<string, unknown>>
  requireNames(`${name}.signature.header`, header)
  requireText(`${name}.signature.content`, content)
  requireKeyBytes(`${name}.keyBytes`, keyBytes)
  looked.add(scheme)
}

function requireNames(name: string, value: unknown): void {
  const isList = Array.isArray(value) && value.every(each => typeof each === 'string')
  if (!isList) throw wrong(name, "a list of headers' names, in lower case", value)
}

/** @throws {TypeError} */
export function requireKeyBytes(name: string, format: unknown): asserts format is KeyBytes {
  const wanted = 'an object { encoding, prefix }, such as whsecBase64 or utf8Text'
  requireObject(name, wanted, format)
  const { encoding, prefix } = format as Partial<Record<keyof KeyBytes, unknown>>
  if (!encodings.includes(encoding)) throw new TypeError(`${name}.encoding must be one of ${encodings.join(', ')}`)
  requireText(`${name}.prefix`, prefix)
}

const encodings: readonly unknown[] = ['base64', 'base64url', 'hex', 'utf8'] satisfies KeyBytes['encoding'][]

/** @throws {TypeError} */
export function requireHeaderName(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw wrong(name, "a header's name, such as 'X-Signature'", value)
}

/** The error for an argument that is not what it must be. */
export function wrong(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${wanted}; ${kindOf(value)} was given`)
}

/** What kind of thing a value is, without the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (value === '') return 'an empty text'
  if (typeof value === 'string') return 'a text'
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return Number.isNaN(value) ? 'NaN' : `a ${typeof value}`
  if ('then' in value && typeof value.then === 'function') return 'a promise, which must be awaited,'
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1)
  if (tag === 'Date') return Number.isNaN(Number(value)) ? 'an invalid Date' : 'a Date'
  if (tag === 'ArrayBuffer') return 'an ArrayBuffer, which new Uint8Array(…) makes bytes of,'
  return named.includes(tag) ? `a ${tag}` : 'an object'
}

/** Kinds of objects that are often given in place of another. */
const named: readonly string[] = ['Headers', 'Map', 'ReadableStream', 'Request', 'Set', 'Uint8Array', 'URL']
