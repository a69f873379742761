import type { Scheme } from './schemes'

// A signature that stands in the body itself. What is signed as the body is the body with that text empty.

/** What a body says of its own signature. */
export interface SignedBody {
  readonly signature: string
  readonly id: string | undefined
  readonly timestamp: string | undefined
  /** The body as it was signed: with the signature's text empty. */
  readonly emptied: string
}

type Members = NonNullable<Scheme['inBody']>

/** Null: the body is no JSON object, lacks a member, or holds the signature's text more than once. */
export function readSignedBody(body: string | Uint8Array, members: Members): SignedBody | null {
  const text = typeof body === 'string' ? body : decoded(body)
  const object = objectOf(text)
  const signature = textAt(object, members.signature)
  if (signature === undefined || signature === '') return null
  const [before = '', after, ...more] = text.split(`"${signature}"`)
  if (after === undefined || more.length > 0) return null
  const id = members.id === undefined ? undefined : textAt(object, members.id)
  const timestamp = members.timestamp === undefined ? undefined : textAt(object, members.timestamp)
  if ((members.id !== undefined && !id) || (members.timestamp !== undefined && !timestamp)) return null
  return { signature, id, timestamp, emptied: `${before}""${after}` }
}

/** Empty where it is not UTF-8: another spelling of the same text would not be what was signed. */
function decoded(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return ''
  }
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textAt(object: unknown, path: string): string | undefined {
  const value = path.split('.').reduce<unknown>((part, name) => {
    return typeof part === 'object' && part !== null && Object.hasOwn(part, name) ? Reflect.get(part, name) : undefined
  }, object)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

/**
 * The body, a JSON object, with these texts at their paths. Objects on the way are made where there are none.
 * @throws {TypeError} when the body is no JSON object
 */
export function withMembers(body: string, values: readonly (readonly [path: string, text: string])[]): string {
  const object = objectOf(body)
  if (!isObject(object)) throw new TypeError('the scheme signs in the body, which must be a JSON object')
  return JSON.stringify(values.reduce((made, [path, text]) => withMember(made, path.split('.'), text), object))
}

export type JsonObject = Readonly<Record<string, unknown>>

/** The object with a value at a path in it. Objects on the way are made where there are none. */
export function withMember(object: JsonObject, [name = '', ...inner]: readonly string[], value: unknown): JsonObject {
  if (inner.length === 0) return { ...object, [name]: value }
  const member = object[name]
  return { ...object, [name]: withMember(isObject(member) ? member : {}, inner, value) }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
