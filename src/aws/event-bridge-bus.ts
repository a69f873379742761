import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import type { ApiKeyEvent, EventBus, KeyturnEvent } from '../rotation/ports'

/** EventBridge takes at most this many at a time. */
const batchSize = 10

export interface EventBridgeBusOptions {
  readonly client: EventBridgeClient
  /** Name or ARN. */
  readonly busName: string
}

/** Puts events on an EventBridge bus: source `keyturn`, the event's type as its detail type. */
export function eventBridgeBus({ client, busName }: EventBridgeBusOptions): EventBus<KeyturnEvent | ApiKeyEvent> {
  return {
    publish: async (events, signal) => {
      for (let start = 0; start < events.length; start += batchSize) {
        const Entries = events.slice(start, start + batchSize).map(event => entryOf(event, busName))
        const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries }), { abortSignal: signal })
        if (FailedEntryCount > 0)
          throw new Error(`EventBridge did not take ${FailedEntryCount} of ${Entries.length} events`)
      }
    },
  }
}

/** `docs/events.md` says what each type has; a test holds every event to that. */
function entryOf(event: KeyturnEvent | ApiKeyEvent, busName: string): PutEventsRequestEntry {
  const { type, at } = event
  return { EventBusName: busName, Source: 'keyturn', DetailType: type, Time: at, Detail: JSON.stringify(event) }
}
