import * as v from 'valibot'
import type { Json } from '../contracts/shape'
import { storedIdPattern } from '../core/id'
import { scanJson } from '../core/json'
import type { EndpointLife } from '../rotation/ports'
import { messageIdPattern } from './delivery'
import { eventIdPattern, eventTypePattern, largestPayloadBytes, payloadBytes } from './event'

/** An event for every endpoint that subscribes to it. A platform may put it into the queue itself. */
export interface EventMessage {
  readonly kind: 'event'
  readonly tenantId: string
  /** Absent: the queue's own id of the message. */
  readonly id?: string | undefined
  readonly type: string
  /** ISO 8601. Absent: when it is taken from the queue. */
  readonly at?: string | undefined
  readonly payload: Json
  /** Only endpoints after this one: the rest of a fan-out. */
  readonly after?: string | undefined
}

/** One attempt to make. */
export interface AttemptMessage {
  readonly kind: 'delivery'
  readonly tenantId: string
  readonly endpointId: string
  readonly messageId: string
  /** The delivery's `attemptCount` before it. Where the delivery has a higher one, this is a repeat, and dropped. */
  readonly attempt: number
  /** How often it was put off because its endpoint, or its tenant, was busy. */
  readonly waits: number
  /** What the delivery is made of where none is stored yet. Absent in messages of before: theirs is stored. */
  readonly record?: DeliveryRecord | undefined
}

/** What a delivery is before its first attempt, beside the members of its message. */
export interface DeliveryRecord {
  readonly incarnation: string
  readonly eventId: string
  readonly eventType: string
  /** ISO 8601. */
  readonly createdAt: string
}

/** A test of an endpoint that Keyturn has paused. */
export interface TestPausedMessage extends EndpointLife {
  readonly kind: 'test-paused'
}

/** What failed or was stopped at an endpoint, to be sent again. How far that has come stands beside its health. */
export interface RecoverMessage extends EndpointLife {
  readonly kind: 'recover'
  /** How often it has put itself back since the sweep or a request sent it. */
  readonly turn: number
}

export type EndpointMessage = TestPausedMessage | RecoverMessage
export type QueueMessage = EventMessage | AttemptMessage | EndpointMessage

// Ids of tenants and of endpoints have the same characters.
const id = v.pipe(v.string(), v.regex(storedIdPattern))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const time = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check(text => !Number.isNaN(Date.parse(text))),
)

const life = { tenantId: id, endpointId: id, incarnation: id }

// What JSON.parse gave is JSON.
const json = v.custom<Json>(value => value !== undefined)

const schema = v.variant('kind', [
  v.object({
    kind: v.literal('event'),
    tenantId: id,
    id: v.optional(v.pipe(v.string(), v.regex(eventIdPattern))),
    type: v.pipe(v.string(), v.regex(eventTypePattern)),
    at: v.optional(time),
    payload: v.pipe(
      json,
      v.check(payload => payloadBytes(payload) <= largestPayloadBytes),
    ),
    after: v.optional(v.string()),
  }),
  v.object({
    kind: v.literal('delivery'),
    tenantId: id,
    endpointId: id,
    messageId: v.pipe(v.string(), v.regex(messageIdPattern)),
    attempt: count,
    waits: v.optional(count, 0),
    record: v.optional(
      v.object({
        incarnation: id,
        eventId: v.pipe(v.string(), v.regex(eventIdPattern)),
        eventType: v.pipe(v.string(), v.regex(eventTypePattern)),
        createdAt: time,
      }),
    ),
  }),
  v.object({ kind: v.literal('test-paused'), ...life }),
  v.object({ kind: v.literal('recover'), ...life, turn: count }),
])

/** @throws {TypeError} naming the member at fault, without its value */
export function parseQueueMessage(body: string): QueueMessage {
  const parsed = v.safeParse(schema, parseJson(body))
  if (parsed.success) return parsed.output
  throw new TypeError(`a queue message is malformed: ${v.getDotPath(parsed.issues[0]) ?? 'body'}`)
}

/** As HTTP takes it: a platform puts events into the queue itself. */
function parseJson(body: string): unknown {
  const value = valueOf(body)
  const { twice, changed } = scanJson(body)
  const fault = twice ?? changed
  if (fault === null) return value
  throw new TypeError(`a queue message is malformed: ${fault}`)
}

function valueOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // The parser's own error quotes the body.
    throw new TypeError('a queue message is malformed: body')
  }
}
