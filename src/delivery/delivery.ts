import { createHash } from 'node:crypto'
import type { MessageIdKind } from '../contracts/dimensions'
import { randomUuid } from '../core/id'
import type { DeliveryEvent } from './event'
import type { AttemptMessage, DeliveryRecord } from './queue-message'

/** One event on its way to one endpoint. */
export interface Delivery {
  readonly tenantId: string
  readonly endpointId: string
  /** The endpoint's: a delivery ends with the life of the endpoint that it was made for. */
  readonly incarnationOf: string
  /** The same in every attempt. */
  readonly messageId: string
  readonly eventId: string
  readonly eventType: string
  readonly status: 'pending' | 'success' | 'failed'
  /** Attempts that were recorded. Rises with each and is what the store compares. */
  readonly attemptCount: number
  /** The `attemptCount` at which the retry schedule began: not 0 once a delivery was sent again. */
  readonly roundStart: number
  readonly createdAt: Date
  readonly lastResponseStatus: number | null
  /** What went wrong last; null after a success. */
  readonly errorMessage: string | null
  readonly deliveredAt: Date | null
  /** When it was given up and went to the dead-letter queue. */
  readonly dlqAt: Date | null
  /** When the sweep is to put it back into the queue; null: the queue has it, or nothing is left to do. */
  readonly dueAt: Date | null
}

export interface DeliveryAddress {
  readonly tenantId: string
  readonly messageId: string
}

/** A delivery that has had no attempt yet. */
export function newDelivery(
  of: Pick<Delivery, 'endpointId' | 'incarnationOf' | 'messageId'>,
  event: Pick<DeliveryEvent, 'tenantId' | 'id' | 'type'>,
  now: Date,
): Delivery {
  const { tenantId, id: eventId, type: eventType } = event
  return {
    tenantId,
    ...of,
    eventId,
    eventType,
    status: 'pending',
    attemptCount: 0,
    roundStart: 0,
    createdAt: now,
    lastResponseStatus: null,
    errorMessage: null,
    deliveredAt: null,
    dlqAt: null,
    dueAt: null,
  }
}

/** The message that asks for the delivery's next attempt. It holds all that the delivery is made of. */
export function nextAttempt(delivery: Delivery): AttemptMessage {
  const { tenantId, endpointId, messageId, attemptCount, eventId, eventType } = delivery
  const record = {
    incarnation: delivery.incarnationOf,
    eventId,
    eventType,
    createdAt: delivery.createdAt.toISOString(),
  }
  return { kind: 'delivery', tenantId, endpointId, messageId, attempt: attemptCount, waits: 0, record }
}

/** The delivery as it is before its first attempt. */
export function firstDelivery(
  { tenantId, endpointId, messageId }: AttemptMessage,
  { incarnation: incarnationOf, eventId, eventType, createdAt }: DeliveryRecord,
): Delivery {
  const event = { tenantId, id: eventId, type: eventType }
  return newDelivery({ endpointId, incarnationOf, messageId }, event, new Date(createdAt))
}

export interface MessageOrigin {
  readonly tenantId: string
  readonly endpointId: string
  readonly incarnation: string
  readonly eventId: string
}

/** The id of an event's message to an endpoint: always the same, so that making it again makes nothing twice. */
export function messageIdOf(kind: MessageIdKind, origin: MessageOrigin): string {
  const { tenantId, endpointId, incarnation, eventId } = origin
  const digest = createHash('sha256')
    .update(JSON.stringify([tenantId, endpointId, incarnation, eventId]))
    .digest()
  return kind === 'uuid' ? randomUuid(digest.subarray(0, 16)) : `msg_${digest.toString('hex').slice(0, 24)}`
}

/** Ids that `messageIdOf` makes, of either kind. */
export const messageIdPattern = /^[0-9A-Za-z_-]{1,64}$/
