import { addSeconds } from '../core/instant'
import type { Log } from '../core/log'
import type { Endpoint } from '../rotation/endpoint'
import type { EndpointAddress, EndpointLife, EndpointStore } from '../rotation/ports'
import type { DeliveryQueue } from './ports'
import type { EndpointMessage } from './queue-message'
import { backlogGuardSeconds, type RecoveryState, type RecoveryStore, testIntervalSeconds } from './recovery'

export interface QueueRecoveriesDeps {
  readonly recoveries: RecoveryStore
  readonly store: Pick<EndpointStore, 'load'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
  readonly log: Log
}

const perShard = 100

/**
 * Puts the tests and the backlogs that are due into the queue, all of them, or until `until`. Returns how many.
 * Repeatable.
 */
export async function queueRecoveries(deps: QueueRecoveriesDeps, until: Date): Promise<number> {
  let queued = 0
  for await (const page of deps.recoveries.due(deps.now(), perShard)) {
    for (const address of page) {
      if (deps.now() >= until) return queued
      queued += await queueOne(deps, address)
    }
  }
  return queued
}

async function queueOne(deps: QueueRecoveriesDeps, address: EndpointAddress): Promise<number> {
  try {
    const now = deps.now()
    const [state, endpoint] = await Promise.all([deps.recoveries.load(address), deps.store.load(address)])
    if (state === null || state.dueAt === null || state.dueAt > now) return 0
    const { incarnation, dueAt } = state
    const life = { ...address, incarnation }
    const { message, againInSeconds } = nextWork(state, endpoint, life)
    if (message !== null) await deps.queue.send([{ message, delaySeconds: 0 }])
    await deps.recoveries.postpone(life, {
      from: dueAt,
      to: againInSeconds === null ? null : addSeconds(now, againInSeconds),
    })
    return message === null ? 0 : 1
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    deps.log.error('a recovery could not be queued', { ...address, error: name })
    return 0
  }
}

interface NextWork {
  readonly message: EndpointMessage | null
  /** Null: nothing is left to do. */
  readonly againInSeconds: number | null
}

/** An endpoint that its owner has paused, or that has no URL, is looked at again later. */
function nextWork(state: RecoveryState, endpoint: Endpoint | null, life: EndpointLife): NextWork {
  const isGone = endpoint === null || endpoint.deletedAt !== null || endpoint.incarnation !== life.incarnation
  if (isGone || (state.pausedAt === null && state.backlog === null)) return { message: null, againInSeconds: null }
  const { status, url } = endpoint.settings
  if (status === 'paused' || url === null) return { message: null, againInSeconds: testIntervalSeconds }
  if (state.pausedAt === null) {
    return { message: { kind: 'recover', ...life, turn: 0 }, againInSeconds: backlogGuardSeconds }
  }
  return { message: { kind: 'test-paused', ...life }, againInSeconds: testIntervalSeconds }
}
