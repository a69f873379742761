import { inLanes } from '../core/concurrency'
import type { Log } from '../core/log'
import { type DeliveryAddress, nextAttempt } from './delivery'
import type { DeliveryQueue, DeliveryStore } from './ports'

export interface PutBackDeps {
  readonly deliveries: Pick<DeliveryStore, 'due' | 'load' | 'save'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
  readonly log: Log
}

export interface PutBackReport {
  readonly queued: number
  readonly failed: number
  /** Due, and not reached before the time was over; there may be more. */
  readonly left: number
  /** How long the one that waited longest had been due. */
  readonly lateSeconds: number
}

const perShard = 100
const lanes = 32

interface Outcome {
  readonly kind: 'queued' | 'failed' | 'left' | 'not-due'
  readonly lateSeconds: number
}

/** Puts the deliveries whose wait is over back into the queue, all of them, or until `until`. Repeatable. */
export async function putBackDue(deps: PutBackDeps, until: Date): Promise<PutBackReport> {
  const report = { queued: 0, failed: 0, left: 0, lateSeconds: 0 }
  for await (const page of deps.deliveries.due(deps.now(), perShard)) {
    const outcomes = await inLanes(lanes, page, address => (deps.now() < until ? putBackOne(deps, address) : notNow))
    for (const { kind, lateSeconds } of outcomes) {
      if (kind !== 'not-due') report[kind] += 1
      report.lateSeconds = Math.max(report.lateSeconds, lateSeconds)
    }
    if (report.left > 0) break
  }
  return report
}

const notNow = Promise.resolve<Outcome>({ kind: 'left', lateSeconds: 0 })

async function putBackOne(deps: PutBackDeps, address: DeliveryAddress): Promise<Outcome> {
  try {
    const now = deps.now()
    const delivery = await deps.deliveries.load(address)
    if (delivery === null || delivery.dueAt === null || delivery.dueAt > now) return { kind: 'not-due', lateSeconds: 0 }
    await deps.queue.send([{ message: nextAttempt(delivery), delaySeconds: 0 }])
    await deps.deliveries.save({ ...delivery, dueAt: null }, delivery)
    return { kind: 'queued', lateSeconds: Math.round((now.getTime() - delivery.dueAt.getTime()) / 1000) }
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    deps.log.error('a due delivery could not be queued', { messageId: address.messageId, error: name })
    return { kind: 'failed', lateSeconds: 0 }
  }
}
