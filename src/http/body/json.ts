import { Problem } from '../../core/problem'
import { checkKnownVersion } from '../api-version'
import { permitMembers } from '../../access/permit'
import type { MatchedRequest, PermittedRequest } from '../request'
import { invalidField } from './fields'

/** The largest body that is read, whether it is looked at or not. */
export const largestBodyBytes = 64 * 1024
/** The largest body of an event: its payload may be written with more bytes than it has when it is sent. */
export const largestEventBodyBytes = 512 * 1024

/**
 * The body of a request whose id has been found; empty where there is none. What is malformed about a request is refused
 * from here on, its API version first.
 * @throws {Problem} `invalid-request`, `payload-too-large`
 */
export function readBody(request: MatchedRequest, most: number = largestBodyBytes): Buffer {
  checkKnownVersion(request)
  const { body } = request
  if (body.length <= most) return body
  throw new Problem('payload-too-large', `The body must not be larger than ${most} bytes.`)
}

/**
 * The object that the body of a request holds, if its caller may give all of its members.
 * @throws {Problem} `invalid-request`, `payload-too-large`, `permission-denied`
 */
export function readPermittedObject(request: PermittedRequest): JsonObject {
  const body = parseJsonObject(readBody(request))
  const { access } = request.operation
  if (access !== 'anyone') permitMembers(access, request.principal, body)
  return body
}

export type JsonObject = Readonly<Record<string, unknown>>

const deepestNesting = 16

/**
 * The object that a body holds; `{}` for an empty body.
 * @throws {Problem} `invalid-request` when it is not UTF-8, not JSON, not an object, nested too deeply, or names a member
 *   twice
 */
export function parseJsonObject(body: Buffer, deepest: number = deepestNesting): JsonObject {
  if (body.length === 0) return {}
  const text = decode(body)
  const value = parse(text)
  if (!isObject(value)) throw invalidField('body', 'must be a JSON object')
  const { twice, depth } = scanJson(text)
  if (twice !== null) throw invalidField(twice, 'must not be given twice')
  if (depth > deepest) throw invalidField('body', `must not be nested deeper than ${deepest}`)
  return value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw invalidField('body', 'must be UTF-8')
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidField('body', 'must be JSON')
  }
}

/** What `JSON.parse` does not tell about a text. */
export interface JsonScan {
  /**
   * The path of the first member that an object has twice, at any depth, or null. Parsers disagree on which of the two
   * counts, so what was checked need not be what is used: RFC 8259, section 4.
   */
  readonly twice: string | null
  /** How deep objects and lists are nested; 1 is an object without any in it. */
  readonly depth: number
}

/** A string, or one of the characters that give JSON its structure. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/** An object or list that is being read, and the member or item of it that the reader is at. */
interface Open {
  readonly names: Set<string>
  at: string | number
}

/** Reads JSON that is known to be valid, token by token. */
export function scanJson(json: string): JsonScan {
  const open: Open[] = []
  let depth = 0
  let text = ''
  for (const [token] of json.matchAll(tokens)) {
    const inner = open.at(-1)
    if (token === '{') depth = Math.max(depth, open.push({ names: new Set(), at: '' }))
    else if (token === '[') depth = Math.max(depth, open.push({ names: new Set(), at: 0 }))
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':' && inner !== undefined) {
      inner.at = String(JSON.parse(text))
      if (inner.names.has(inner.at)) return { twice: open.map(({ at }) => at).join('.'), depth }
      inner.names.add(inner.at)
    } else if (token !== ',') text = token
    else if (typeof inner?.at === 'number') inner.at += 1
  }
  return { twice: null, depth }
}
