import type { EventBus, KeyturnEvent } from '../../../src/rotation/ports'

/** What was published, in order, repeats included. */
export interface PublishedEvents {
  readonly events: KeyturnEvent[]
}

export function publishedEvents(): PublishedEvents {
  return { events: [] }
}

/** A model of the event bus: it takes every event. */
export function memoryEventBus(published: PublishedEvents): EventBus {
  return {
    publish: async (events, signal) => {
      signal.throwIfAborted()
      published.events.push(...events)
    },
  }
}
