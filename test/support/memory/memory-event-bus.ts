import type { EventBus, KeyturnEvent } from '../../../src/rotation/ports'
import { assertDocumented } from '../documented-event'

/** What was published, in order, repeats included. */
export interface PublishedEvents {
  readonly events: KeyturnEvent[]
}

export function publishedEvents(): PublishedEvents {
  return { events: [] }
}

/** A model of the event bus: it takes every event that is as it is documented. */
export function memoryEventBus(published: PublishedEvents): EventBus {
  return {
    publish: async (events, signal) => {
      signal.throwIfAborted()
      for (const event of events) assertDocumented(event)
      published.events.push(...events)
    },
  }
}
