import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResponse,
} from '@aws-sdk/client-eventbridge'
import type { ApiKeyEvent, EventBus, KeyturnEvent } from '../rotation/ports'

/** EventBridge takes at most this many at a time. */
const batchSize = 10

export interface EventBridgeBusOptions {
  readonly client: EventBridgeClient
  /** Name or ARN. */
  readonly busName: string
}

/**
 * Puts events on an EventBridge bus: source `keyturn`, the event's type as its detail type. A bus that does not exist takes
 * everything and drops it.
 */
export function eventBridgeBus({ client, busName }: EventBridgeBusOptions): EventBus<KeyturnEvent | ApiKeyEvent> {
  return {
    publish: async (events, signal) => {
      for (let start = 0; start < events.length; start += batchSize) {
        const Entries = events.slice(start, start + batchSize).map(event => entryOf(event, busName))
        const reply = await client.send(new PutEventsCommand({ Entries }), { abortSignal: signal })
        if ((reply.FailedEntryCount ?? 0) > 0) throw new EventsNotTaken(reply, Entries.length)
      }
    },
  }
}

/** EventBridge answered, and refused some. The message has how many and EventBridge's codes, and nothing of an event. */
export class EventsNotTaken extends Error {
  constructor({ FailedEntryCount, Entries = [] }: PutEventsResponse, count: number) {
    const codes = new Set(Entries.map(({ ErrorCode = '' }) => ErrorCode).filter(code => /^[A-Za-z]{1,64}$/.test(code)))
    super(`EventBridge did not take ${FailedEntryCount} of ${count} events (${[...codes].join(', ')})`)
    this.name = 'EventsNotTaken'
  }
}

/** `docs/events.md` says what each type has; a test holds every event to that. */
function entryOf(event: KeyturnEvent | ApiKeyEvent, busName: string): PutEventsRequestEntry {
  const { type, at } = event
  return { EventBusName: busName, Source: 'keyturn', DetailType: type, Time: at, Detail: JSON.stringify(event) }
}
