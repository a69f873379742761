import type { DeliveryFormat, DeliveryPart } from '../contracts/delivery-format'
import type { TimeFormat } from '../contracts/dimensions'
import { formatTime } from '../contracts/format-time'
import type { Json } from '../contracts/shape'
import type { DeliveryEvent } from './event'

/** One event as it goes to one endpoint. */
export interface Message {
  readonly id: string
  readonly endpointId: string
  readonly event: DeliveryEvent
}

/** The JSON text to send: the contract's envelope around the payload. The same in every attempt. */
export function bodyOf(format: DeliveryFormat, message: Message, times: TimeFormat): string {
  const parts = partsOf(message, times)
  if (format.body === 'payload') return JSON.stringify(parts.payload)
  return JSON.stringify(Object.fromEntries(Object.entries(format.body).map(([name, part]) => [name, parts[part]])))
}

/** The contract's own headers, by their lower-case names. */
export function ownHeaders({ headers, userAgent }: DeliveryFormat, message: Message): Record<string, string> {
  const { id, endpointId, event } = message
  const values = {
    messageId: id,
    eventId: event.id,
    eventType: event.type,
    tenantId: event.tenantId,
    endpointId,
  }
  const own = Object.entries(headers).map(([name, part]) => [name, values[part]] as const)
  return { 'content-type': 'application/json', 'user-agent': userAgent, ...Object.fromEntries(own) }
}

function partsOf({ id, endpointId, event }: Message, times: TimeFormat): Record<DeliveryPart, Json> {
  return {
    messageId: id,
    eventId: event.id,
    eventType: event.type,
    tenantId: event.tenantId,
    endpointId,
    createdAt: formatTime(event.at, times),
    payload: event.payload,
  }
}
