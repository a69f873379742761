import type { Delivery } from '../../../src/delivery/delivery'
import type { AttemptLog, DeliveryQueue, DeliveryStore, Queued } from '../../../src/delivery/ports'

/** What was queued, in order, and the deliveries by message id. */
export interface DeliveryTable {
  readonly queued: Queued[]
  readonly deliveries: Map<string, Delivery>
}

export function deliveryTable(): DeliveryTable {
  return { queued: [], deliveries: new Map() }
}

export interface MemoryDelivery {
  readonly attempts: Pick<AttemptLog, 'list'>
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save' | 'recent' | 'failedAfter' | 'due'>
  readonly queue: Pick<DeliveryQueue, 'send'>
}

/** A model of what the API and the sweep need of deliveries: nothing is ever attempted. */
export function memoryDelivery({ queued, deliveries }: DeliveryTable): MemoryDelivery {
  return {
    attempts: { list: async () => ({ items: [], next: null }) },
    deliveries: {
      load: async ({ messageId }) => deliveries.get(messageId) ?? null,
      save: async (delivery, before) => {
        if (deliveries.get(before.messageId) !== before) return 'conflict'
        deliveries.set(delivery.messageId, delivery)
        return 'stored'
      },
      recent: async () => [],
      failedAfter: async () => ({ items: [], next: null }),
      due: async function* (now) {
        yield [...deliveries.values()].filter(({ dueAt }) => dueAt !== null && dueAt <= now)
      },
    },
    queue: { send: async messages => void queued.push(...messages) },
  }
}
