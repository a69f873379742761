import type { Json } from '../../contracts/shape'
import { Problem } from '../../core/problem'
import {
  eventIdPattern,
  eventTypePattern,
  largestPayloadBytes,
  type NewEvent,
  payloadBytes,
} from '../../delivery/event'
import { fieldsOf, invalidField } from './fields'
import type { JsonObject } from './json'

/**
 * An event as a platform publishes it. `tenantId` may be given, and is then the tenant that the request is for.
 * @throws {Problem} `invalid-request` naming every field at fault, `payload-too-large`
 */
export function readNewEvent(body: JsonObject, tenantId: string): NewEvent {
  const fields = fieldsOf(body, 'refuse')
  fields.read('tenantId', value => {
    if (value !== tenantId) throw invalidField('tenantId', 'must be the tenant that the request is for')
  })
  const type = fields.read('type', value => readName('type', eventTypePattern, value))
  const id = fields.read('id', value => readName('id', eventIdPattern, value))
  // What a JSON parser gave is JSON.
  const payload = fields.read('payload', value => value as Json)
  fields.finish()
  if (type === undefined) throw invalidField('type', 'must be given')
  if (payload === undefined) throw invalidField('payload', 'must be given')
  if (payloadBytes(payload) <= largestPayloadBytes) return { tenantId, type, id: id ?? null, payload }
  throw new Problem('payload-too-large', `The payload must not be larger than ${largestPayloadBytes} bytes.`)
}

/** The type of an event that a body asks for, or null. */
export function readEventType(body: JsonObject, field: string, unknownFields: 'refuse' | 'ignore'): string | null {
  const fields = fieldsOf(body, unknownFields)
  const type = fields.read(field, value => readName(field, eventTypePattern, value))
  fields.finish()
  return type ?? null
}

function readName(path: string, pattern: RegExp, value: unknown): string {
  if (typeof value === 'string' && pattern.test(value)) return value
  throw invalidField(path, 'must be 1 to 128 characters of A-Z, a-z, 0-9, _ . : -')
}
