import type { DeliveryQueue } from './delivery-queue'
import type { DeliveryEvent } from './event'
import { newId } from "../core/id";

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
