import type { Json } from '../contracts/shape'
import { queuedJson } from './queued-json'

/** Something that happened at a tenant and is delivered to each endpoint that subscribes to its type. */
export interface DeliveryEvent {
  readonly tenantId: string
  readonly id: string
  readonly type: string
  readonly at: Date
  readonly payload: Json
}

/** The largest payload, as the JSON in UTF-8 that is queued. */
export const largestPayloadBytes = 200 * 1024
/** Ids and types of events. `#` and `/` would reach into other keys of the table. */
export const eventIdPattern = /^[A-Za-z0-9_.:-]{1,128}$/
export const eventTypePattern = /^[A-Za-z0-9_.:-]{1,128}$/

export function payloadBytes(payload: Json): number {
  return Buffer.byteLength(queuedJson(payload), 'utf8')
}
