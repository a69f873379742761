import type { Json } from '../contracts/shape'
import { newId } from '../core/id'
import type { DeliveryQueue } from './ports'

/** Something that happened at a tenant and is delivered to each endpoint that subscribes to its type. */
export interface DeliveryEvent {
  readonly tenantId: string
  readonly id: string
  readonly type: string
  readonly at: Date
  readonly payload: Json
}

export interface PublishDeps {
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}

/** What a platform publishes. `id`: null makes one. */
export interface NewEvent extends Pick<DeliveryEvent, 'tenantId' | 'type' | 'payload'> {
  readonly id: string | null
}

/** Puts the event into the queue and returns its id. The same id published again delivers nothing twice. */
export async function publishEvent(deps: PublishDeps, event: NewEvent): Promise<string> {
  const { tenantId, type, payload } = event
  const id = event.id ?? newId('evt', deps.randomBytes)
  const message = { kind: 'event', tenantId, id, type, at: deps.now().toISOString(), payload } as const
  await deps.queue.send([{ message, delaySeconds: 0 }])
  return id
}

/** The clocks of two functions may differ by that much. */
export const clockSkewSeconds = 1

/** The largest payload, as the JSON in UTF-8 that is queued. */
export const largestPayloadBytes = 200 * 1024
/** Ids and types of events. `#` and `/` would reach into other keys of the table. */
export const eventIdPattern = /^[A-Za-z0-9_.:-]{1,128}$/
export const eventTypePattern = /^[A-Za-z0-9_.:-]{1,128}$/

export function payloadBytes(payload: Json): number {
  return Buffer.byteLength(queuedJson(payload), 'utf8')
}

/**
 * JSON without the two characters that JSON allows and SQS refuses, U+FFFE and U+FFFF: they are escaped, and come back as
 * they were.
 */
export function queuedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\uFFFE\uFFFF]/g, character => `\\u${character.charCodeAt(0).toString(16)}`)
}
