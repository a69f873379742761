import type { Json } from '../contracts/shape'

/** Something that happened at a tenant and is delivered to each endpoint that subscribes to its type. */
export interface DeliveryEvent {
  readonly tenantId: string
  readonly id: string
  readonly type: string
  readonly at: Date
  readonly payload: Json
}

/** The largest payload, as JSON in UTF-8. */
export const largestPayloadBytes = 200 * 1024
/** Ids and types of events. `#` and `/` would reach into other keys of the table. */
export const eventIdPattern = /^[A-Za-z0-9_.:-]{1,128}$/
export const eventTypePattern = /^[A-Za-z0-9_.:-]{1,128}$/

export function payloadBytes(payload: Json): number {
  return Buffer.byteLength(JSON.stringify(payload), 'utf8')
}
