import { inLanes } from '../core/concurrency'
import { addSeconds } from '../core/instant'
import { scrubbedError } from '../core/log'
import type { EndpointLife } from '../rotation/ports'
import { deliver, deliverNow } from './deliver'
import { type Delivery, nextAttempt } from './delivery'
import { clockSkewSeconds } from './event'
import { attemptSlots } from './lease'
import type { DeliveryDeps, DeliveryQueue, DeliveryStore, FailedDelivery } from './ports'
import type { RecoverMessage } from './queue-message'
import { type Backlog, backlogGuardSeconds, type RecoveryStore } from './recovery'
import { restart } from './send-again'
import { readinessOf } from './target'

/** Attempts that are read at a time. */
const pageSize = 100

export interface BeginRecoveryDeps {
  readonly recoveries: Pick<RecoveryStore, 'begin'>
  readonly deliveries: Pick<DeliveryStore, 'failedAfter'>
  readonly queue: Pick<DeliveryQueue, 'send'>
  readonly now: () => Date
}

/** So many attempts are looked at while the caller waits. */
const mostCounted = 10_000
const countedAtATime = 1000

/**
 * Begins to send again what failed or was stopped at an endpoint since `since`. Returns how many deliveries that is, among
 * the first 10,000 attempts since then; what comes after them is sent again too. Repeatable.
 */
export async function beginRecovery(deps: BeginRecoveryDeps, life: EndpointLife, since: Date): Promise<number> {
  const backlog = backlogSince(since, deps.now())
  const { count, isAll } = await countFailed(deps, life, backlog)
  if (count === 0 && isAll) return 0
  await deps.recoveries.begin(life, backlog, addSeconds(deps.now(), backlogGuardSeconds))
  await deps.queue.send([{ message: { kind: 'recover', ...life, turn: 0 }, delaySeconds: 0 }])
  return count
}

/** What failed from `since` until now. */
export function backlogSince(since: Date, now: Date): Backlog {
  return { after: since.toISOString(), until: addSeconds(now, clockSkewSeconds) }
}

interface Counted {
  readonly count: number
  readonly isAll: boolean
}

async function countFailed(
  { deliveries }: BeginRecoveryDeps,
  life: EndpointLife,
  { after, until }: Backlog,
): Promise<Counted> {
  const found = new Set<string>()
  let place: string | null = after
  for (let looked = 0; place !== null && looked < mostCounted; looked += countedAtATime) {
    const { items, next } = await deliveries.failedAfter(life, { after: place, until, limit: countedAtATime })
    for (const { delivery } of ofLife(items, life)) found.add(delivery.messageId)
    place = next
  }
  return { count: found.size, isAll: place === null }
}

function ofLife(items: readonly FailedDelivery[], { incarnation }: EndpointLife): readonly FailedDelivery[] {
  return items.filter(({ delivery }) => delivery.incarnationOf === incarnation)
}

/** A turn begins no attempt after so long, so that one tenant's backlog does not occupy what delivers for others. */
const turnSeconds = 5
/** After so many turns in a row the sweep sends the next one. */
const mostTurns = 10

/**
 * Sends an endpoint's backlog, oldest first, as many at a time as the endpoint has slots, until the turn is over. How far
 * it came is stored: whenever the process dies, the message comes again, or the sweep's.
 */
export async function recover(deps: DeliveryDeps, message: RecoverMessage): Promise<void> {
  const { tenantId, endpointId, incarnation, turn } = message
  const life = { tenantId, endpointId, incarnation }
  const until = addSeconds(deps.now(), turnSeconds)
  for (;;) {
    const backlog = await openBacklog(deps, life)
    if (backlog === null) return
    const next = await recoverPage(deps, life, { backlog, until })
    const isTurnOver = next !== null && deps.now() >= until
    const rests = isTurnOver && turn + 1 >= mostTurns
    const dueAt = addSeconds(deps.now(), rests ? 0 : backlogGuardSeconds)
    await deps.recoveries.move(life, backlog, next === null ? null : { after: next, dueAt })
    if (isTurnOver && !rests) {
      await deps.queue.send([{ message: { kind: 'recover', ...life, turn: turn + 1 }, delaySeconds: 0 }])
    }
    if (isTurnOver) return
  }
}

/** The endpoint's backlog, or null where it has none, or takes no deliveries now: what is left waits for a resume. */
async function openBacklog(deps: DeliveryDeps, life: EndpointLife): Promise<Backlog | null> {
  const { incarnation } = life
  const [state, endpoint, stored] = await Promise.all([
    deps.recoveries.load(life),
    deps.endpoints.load(life),
    deps.health.loadAny(life),
  ])
  if (state === null || state.incarnation !== incarnation) return null
  return readinessOf({ incarnationOf: incarnation }, endpoint, stored) === 'open' ? state.backlog : null
}

interface PageWork {
  readonly backlog: Backlog
  readonly until: Date
}

/** Sends a page again. Returns the place up to which everything was sent; null: that was all. */
async function recoverPage(
  deps: DeliveryDeps,
  life: EndpointLife,
  { backlog, until }: PageWork,
): Promise<string | null> {
  const { items, next } = await deps.deliveries.failedAfter(life, { ...backlog, limit: pageSize })
  let last = backlog.after
  let isOver = false
  await inLanes(attemptSlots, ofLife(items, life), async ({ delivery, place }) => {
    isOver ||= deps.now() >= until
    if (isOver) return
    last = place
    await sendNow(deps, delivery)
  })
  return isOver ? last : next
}

/** How often a slot is asked for, and how long after each time it is asked for again. */
const mostTries = 20
const betweenTriesMs = 250

/**
 * Waits for a slot up to five seconds, so that the order is kept; then the queue has the message. A delivery whose attempt
 * fails for our own sake is pending all the same, and the sweep puts it into the queue.
 */
async function sendNow(deps: DeliveryDeps, delivery: Delivery): Promise<void> {
  try {
    const pending = await restart(deps, delivery)
    if (pending === null) return
    const message = nextAttempt(pending)
    for (let tries = 1; tries < mostTries; tries += 1) {
      if ((await deliverNow(deps, message)) === 'done') return
      await deps.sleep(betweenTriesMs)
    }
    await deliver(deps, message)
  } catch (error) {
    deps.log.error('a delivery could not be sent again', { messageId: delivery.messageId, ...scrubbedError(error) })
  }
}
