import { duplicateMember } from './duplicate-member'
import { invalidField } from './fields'

export type JsonObject = Readonly<Record<string, unknown>>

/**
 * The object that a body holds; `{}` for an empty body.
 * @throws {Problem} `invalid-request` when it is not UTF-8, not JSON, not an object, or names a member twice
 */
export function parseJsonObject(body: Buffer): JsonObject {
  if (body.length === 0) return {}
  const text = decode(body)
  const value = parse(text)
  if (!isObject(value)) throw invalidField('body', 'must be a JSON object')
  const twice = duplicateMember(text)
  if (twice !== null) throw invalidField(twice, 'must not be given twice')
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
