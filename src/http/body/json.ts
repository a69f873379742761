import { permitMembers } from '../../access/permit'
import { scanJson } from '../../core/json'
import { Problem } from '../../core/problem'
import { checkKnownVersion } from '../api-version'
import { checkKnownQuery } from '../query'
import type { MatchedRequest, PermittedRequest } from '../request'
import { invalidField } from './fields'

/** The largest body that is read, whether it is looked at or not. */
export const largestBodyBytes = 64 * 1024
/** The largest body of an event: its payload may be written with more bytes than it has when it is sent. */
export const largestEventBodyBytes = 512 * 1024

/**
 * The body of a request whose id has been found; empty where there is none. What is malformed about a request is refused
 * from here on, its API version first and its query next.
 * @throws {Problem} `invalid-request`, `payload-too-large`
 */
export function readBody(request: MatchedRequest, most: number = largestBodyBytes): Buffer {
  checkKnownVersion(request)
  checkKnownQuery(request)
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
  requirePermittedMembers(request, body)
  return body
}

/** @throws {Problem} `permission-denied` naming a member of the body that its caller may not give */
export function requirePermittedMembers({ operation, principal }: PermittedRequest, body: JsonObject): void {
  const { access } = operation
  if (access !== undefined && access !== 'anyone') permitMembers(access, principal, body)
}

export type JsonObject = Readonly<Record<string, unknown>>

const deepestNesting = 16

/**
 * The object that a body holds; `{}` for an empty body.
 * @throws {Problem} `invalid-request` when it is not UTF-8, not JSON, not an object, nested too deeply, names a member
 *   twice, or has a number that JavaScript would change
 */
export function parseJsonObject(body: Buffer, deepest: number = deepestNesting): JsonObject {
  if (body.length === 0) return {}
  const text = decode(body)
  const value = parse(text)
  if (!isObject(value)) throw invalidField('body', 'must be a JSON object')
  const { twice, changed, depth } = scanJson(text)
  if (twice !== null) throw invalidField(twice, 'must not be given twice')
  if (changed !== null) throw invalidField(changed, 'must be a number that a double holds as it is, or a text')
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
