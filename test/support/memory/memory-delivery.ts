import type { AttemptRecord } from '../../../src/delivery/attempt'
import type { Delivery } from '../../../src/delivery/delivery'
import type { AttemptLog, DeliveryQueue, DeliveryStore, Queued } from '../../../src/delivery/ports'
import type { Page, PageRequest } from '../../../src/rotation/ports'

/** What was queued, in order, the deliveries by message id, and the attempts, newest first. */
export interface DeliveryTable {
  readonly queued: Queued[]
  readonly deliveries: Map<string, Delivery>
  readonly attempts: AttemptRecord[]
}

export function deliveryTable(): DeliveryTable {
  return { queued: [], deliveries: new Map(), attempts: [] }
}

export interface MemoryDelivery {
  readonly attempts: Pick<AttemptLog, 'list'>
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save' | 'recent' | 'failedAfter' | 'due'>
  readonly queue: Pick<DeliveryQueue, 'send'>
}

/** A model of what the API and the sweep need of deliveries. It attempts nothing: tests put attempts into its table. */
export function memoryDelivery({ queued, deliveries, attempts }: DeliveryTable): MemoryDelivery {
  return {
    attempts: { list: async (_, page) => pageOf(attempts, page) },
    deliveries: {
      load: async ({ tenantId, messageId }) => {
        const delivery = deliveries.get(messageId)
        return delivery?.tenantId === tenantId ? delivery : null
      },
      save: async (delivery, before) => {
        if ((deliveries.get(delivery.messageId) ?? null) !== before) return 'conflict'
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

function pageOf(attempts: readonly AttemptRecord[], { limit, after }: PageRequest): Page<AttemptRecord> {
  const left = attempts.filter(attempt => after === null || place(attempt) < after)
  const items = left.slice(0, limit)
  const last = items.at(-1)
  return { items, next: left.length > limit && last !== undefined ? place(last) : null }
}

function place({ at, id }: AttemptRecord): string {
  return `${at.toISOString()}#${id}`
}
