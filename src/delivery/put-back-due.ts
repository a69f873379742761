import type { Log } from '../rotation/log'
import { nextAttempt, type DeliveryKey } from './delivery'
import type { DeliveryQueue } from './delivery-queue'
import type { DeliveryStore } from './delivery-store'
import { inLanes } from './in-lanes'

export interface PutBackDeps {
  readonly deliveries: Pick<DeliveryStore, 'due' | 'load' | 'save'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
  readonly log: Log
}

export interface PutBackReport {
  readonly queued: number
  readonly failed: number
}

const perShard = 100
const lanes = 8

/** Puts the deliveries whose wait is over back into the queue, until `until`. Repeatable. */
export async function putBackDue(deps: PutBackDeps, until: Date): Promise<PutBackReport> {
  const due = await deps.deliveries.due(deps.now(), perShard)
  const outcomes = await inLanes(lanes, due, async key => (deps.now() < until ? putBackOne(deps, key) : null))
  const count = (wanted: 'queued' | 'failed'): number => outcomes.filter(outcome => outcome === wanted).length
  return { queued: count('queued'), failed: count('failed') }
}

async function putBackOne(deps: PutBackDeps, key: DeliveryKey): Promise<'queued' | 'failed' | null> {
  try {
    const delivery = await deps.deliveries.load(key)
    if (delivery === null || delivery.dueAt === null || delivery.dueAt > deps.now()) return null
    await deps.queue.send([{ message: nextAttempt(delivery), delaySeconds: 0 }])
    await deps.deliveries.save({ ...delivery, dueAt: null }, delivery)
    return 'queued'
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    deps.log.error('a due delivery could not be queued', { messageId: key.messageId, error: name })
    return 'failed'
  }
}
