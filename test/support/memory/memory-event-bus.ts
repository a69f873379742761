import type { ApiKeyEvent, EventBus, KeyturnEvent } from '../../../src/rotation/ports'
import { assertDocumented } from '../documented-event'

/** What was published, in order, repeats included. */
export interface PublishedEvents {
  readonly events: KeyturnEvent[]
  readonly ofApiKeys: ApiKeyEvent[]
}

export function publishedEvents(): PublishedEvents {
  return { events: [], ofApiKeys: [] }
}

/** A model of the event bus: it takes every event that is as it is documented. */
export function memoryEventBus(published: PublishedEvents): EventBus<KeyturnEvent | ApiKeyEvent> {
  return {
    publish: async (events, signal) => {
      signal.throwIfAborted()
      for (const event of events) assertDocumented(event)
      for (const event of events) {
        if ('apiKeyId' in event) published.ofApiKeys.push(event)
        else published.events.push(event)
      }
    },
  }
}
