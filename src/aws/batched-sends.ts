import DataLoader from 'dataloader'
import { allDone } from '../core/concurrency'
import type { DeliveryQueue, Queued } from '../delivery/ports'

/**
 * The queue, where messages that are sent in the same turn of the event loop go together: those of a batch that all go
 * back, for one. Where some are not taken all of these fail, and come again.
 */
export function withBatchedSends(queue: DeliveryQueue): DeliveryQueue {
  const loader = new DataLoader<Queued, null>(
    async queued => {
      await queue.send(queued)
      return queued.map(() => null)
    },
    { cache: false },
  )
  return { ...queue, send: async messages => void (await allDone(messages.map(message => loader.load(message)))) }
}
