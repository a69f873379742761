import type { Log } from '../core/log'
import type { EndpointStore } from '../rotation/ports'
import { type Delivery, firstDelivery, nextAttempt } from './delivery'
import type { HealthStore } from './health'
import type { DeliveryQueue, DeliveryStore, ReceivedMessage, DeadLetterQueue } from './ports'
import { parseQueueMessage, type QueueMessage } from './queue-message'
import { sendAgain } from './send-again'
import { type Readiness, readinessOf } from './target'

export interface RedriveDeps {
  readonly deadLetters: DeadLetterQueue
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly endpoints: Pick<EndpointStore, 'load'>
  readonly health: Pick<HealthStore, 'loadAny'>
  readonly deliveries: Pick<DeliveryStore, 'load' | 'save'>
  readonly now: () => Date
  readonly log: Log
}

export interface RedriveReport {
  /** Put back into the queue. */
  readonly queued: number
  /** Delivered meanwhile, expired, or given up once more since: there is a later letter. */
  readonly dropped: number
  /** Dropped: the endpoint was deleted. */
  readonly gone: number
  /** Still in the dead-letter queue: the endpoint is paused. */
  readonly paused: number
  /** Still in the dead-letter queue: the endpoint has no URL. */
  readonly nowhere: number
  /** Still in the dead-letter queue: this run has sent the delivery already. */
  readonly sentAlready: number
  /** Still in the dead-letter queue: they cannot be read. */
  readonly unreadable: number
}

type Outcome = keyof RedriveReport

/** After these a letter stays in the dead-letter queue. */
const staysAfter: readonly Outcome[] = ['paused', 'nowhere', 'sentAlready', 'unreadable']

interface RedriveRun extends RedriveDeps {
  /** The paused endpoints that were logged, by tenant and id. */
  readonly told: Set<string>
  /** The deliveries that were put back, by tenant and message id. */
  readonly sent: Set<string>
}

/** Looks in a row that find only letters that were seen before: whatever else there is may wait for the next time. */
const mostVainLooks = 100

/**
 * Sends everything in the dead-letter queue again that can be sent, each delivery once, until a look at it finds
 * nothing. What stays is there for the next time, at once. Repeatable.
 */
export async function redrive(all: RedriveDeps, signal: AbortSignal): Promise<RedriveReport> {
  const deps = { ...all, told: new Set<string>(), sent: new Set<string>() }
  const counts = { queued: 0, dropped: 0, gone: 0, paused: 0, nowhere: 0, sentAlready: 0, unreadable: 0 }
  const staying = new Map<string, ReceivedMessage>()
  let vainLooks = 0
  try {
    for (;;) {
      const letters = await deps.deadLetters.receive(1, signal)
      if (letters.length === 0 || vainLooks === mostVainLooks) return counts
      const known = letters.filter(({ messageId }) => staying.has(messageId))
      vainLooks = known.length === letters.length ? vainLooks + 1 : 0
      for (const letter of letters) {
        const outcome = known.includes(letter) ? null : await redriveOne(deps, letter)
        if (outcome !== null) counts[outcome] += 1
        if (outcome === null || staysAfter.includes(outcome)) staying.set(letter.messageId, letter)
      }
    }
  } finally {
    await deps.deadLetters.release([...staying.values()])
  }
}

async function redriveOne(deps: RedriveRun, letter: ReceivedMessage): Promise<Outcome> {
  const message = parsed(deps.log, letter)
  if (message === null) return 'unreadable'
  const outcome = await putBack(deps, message)
  if (!staysAfter.includes(outcome)) await deps.deadLetters.remove([letter])
  return outcome
}

function parsed(log: Log, { messageId, body }: ReceivedMessage): QueueMessage | null {
  try {
    return parseQueueMessage(body)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    log.error('a dead letter cannot be read', { queueMessageId: messageId, reason })
    return null
  }
}

async function putBack(deps: RedriveRun, message: QueueMessage): Promise<Outcome> {
  if (message.kind !== 'delivery') {
    await deps.queue.send([{ message, delaySeconds: 0 }])
    return 'queued'
  }
  const { record } = message
  const stored = await deps.deliveries.load(message)
  const delivery = stored ?? (record === undefined ? null : firstDelivery(message, record))
  if (delivery === null || delivery.status === 'success') return 'dropped'
  if (delivery.status === 'failed' && message.attempt < delivery.attemptCount) return 'dropped'
  const readiness = await readinessAt(deps, delivery)
  if (readiness !== 'open') return readiness
  const name = `${delivery.tenantId}#${delivery.messageId}`
  if (deps.sent.has(name)) return 'sentAlready'
  deps.sent.add(name)
  if (delivery.status === 'failed') await sendAgain(deps, delivery)
  else await deps.queue.send([{ message: nextAttempt(delivery), delaySeconds: 0 }])
  return 'queued'
}

/** Whether the delivery's endpoint takes it now. Logs each endpoint that is paused once. */
async function readinessAt({ endpoints, health, log, told }: RedriveRun, delivery: Delivery): Promise<Readiness> {
  const [endpoint, stored] = await Promise.all([endpoints.load(delivery), health.loadAny(delivery)])
  const readiness = readinessOf(delivery, endpoint, stored)
  const { tenantId, endpointId } = delivery
  if (readiness !== 'paused' || told.has(`${tenantId}#${endpointId}`)) return readiness
  told.add(`${tenantId}#${endpointId}`)
  log.info('an endpoint is paused: its dead letters stay', { tenantId, endpointId })
  return readiness
}
