import type { Json } from '../../contracts/shape'
import { Problem } from '../../core/problem'
import {
  eventIdPattern,
  eventTypePattern,
  largestPayloadBytes,
  type NewEvent,
  payloadBytes,
} from '../../delivery/event'
import { type Field, invalidField, readTable, required, textLike, type UnknownFields } from './fields'
import type { JsonObject } from './json'

const nameWords = '1 to 128 characters of A-Z, a-z, 0-9, _ . : -'
const eventType = textLike(eventTypePattern, nameWords)

/** An event as a platform publishes it. */
export function eventTable(tenantId: string) {
  return {
    tenantId: ownTenant(tenantId),
    type: required(eventType),
    id: textLike(eventIdPattern, nameWords),
    payload: required(payload),
  }
}

function ownTenant(tenantId: string): Field<string> {
  return {
    schema: { type: 'string', description: 'May be given, and is then the tenant that the request is for' },
    read: (path, value) => {
      if (value === tenantId) return tenantId
      throw invalidField(path, 'must be the tenant that the request is for')
    },
  }
}

const deepestPayload = 99
/** The event around its payload is one level more, as is what a delivery wraps it in. */
export const deepestEventBody = deepestPayload + 1

const payload: Field<Json> = {
  schema: { description: `Any JSON of at most 200 KiB, nested at most ${deepestPayload} deep` },
  // What a JSON parser gave is JSON.
  read: (_path, value) => value as Json,
}

/** @throws {Problem} `invalid-request` naming every field at fault, `payload-too-large` */
export function readNewEvent(body: JsonObject, tenantId: string): NewEvent {
  const event = readTable(body, eventTable(tenantId), 'refuse')
  if (payloadBytes(event.payload) <= largestPayloadBytes) return { ...event, tenantId, id: event.id ?? null }
  throw new Problem('payload-too-large', `The payload must not be larger than ${largestPayloadBytes} bytes.`)
}

/** What a request for a test delivery may say, under the contract's own name for it. */
export function testTable(field: string) {
  return { [field]: eventType }
}

/** The type of an event that a body asks for, or null. */
export function readEventType(body: JsonObject, field: string, unknownFields: UnknownFields): string | null {
  return readTable(body, testTable(field), unknownFields)[field] ?? null
}
