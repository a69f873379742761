import { invalidField } from './invalid-field'
import { scanJson } from './scan-json'

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
