import { standardDelivery } from '../contracts/defaults'
import { inLanes } from '../core/concurrency'
import { addSeconds } from '../core/instant'
import type { Endpoint } from '../rotation/endpoint'
import { type Delivery, messageIdOf, newDelivery, nextAttempt } from './delivery'
import { clockSkewSeconds, type DeliveryEvent } from './event'
import type { DeliveryDeps, Queued, Subscriber } from './ports'
import type { EventMessage } from './queue-message'
import { afterStop } from './send-again'
import { hindranceAt, type NoTarget, pausedByKeyturn } from './target'

const pageSize = 50
const lanes = 16

/**
 * Makes one delivery of the event for every endpoint of its tenant that existed when the event was accepted and subscribes
 * to its type, but for those that their owner had paused by then, and queues the first attempt of each. Where none can be
 * made now, the delivery is stopped: listed as failed, to be sent again. A large tenant's rest goes back into the queue.
 * Repeatable: a delivery that exists is only queued again.
 */
export async function fanOut(deps: DeliveryDeps, message: EventMessage & { readonly id: string }): Promise<void> {
  const { tenantId, id, type, payload, at, after = null } = message
  const now = deps.now()
  const event = await deps.deliveries.keepEvent({ tenantId, id, type, payload, at: at ? new Date(at) : now }, now)
  const { items, next } = await deps.subscribers.list(tenantId, { limit: pageSize, after })
  const receivers = await receiversOf(deps, items, event)
  const prepared = await inLanes(lanes, receivers, receiver => prepare(deps, receiver, event))
  const queued = prepared.flatMap(message => message ?? [])
  if (queued.length > 0) await deps.queue.send(queued)
  const rest = { ...message, at: event.at.toISOString(), after: next ?? undefined }
  if (next !== null) await deps.queue.send([{ message: rest, delaySeconds: 0 }])
}

interface Receiver {
  readonly endpoint: Subscriber
  /** Why no attempt can be made now; null: it can. */
  readonly stopped: NoTarget | null
}

async function receiversOf(
  deps: DeliveryDeps,
  subscribers: readonly Subscriber[],
  event: DeliveryEvent,
): Promise<readonly Receiver[]> {
  const wanted = subscribers.filter(
    ({ settings, createdAt }) => subscribes(settings.eventTypes, event.type) && existedAt(event.at, createdAt),
  )
  const lives = wanted.map(({ tenantId, id: endpointId, incarnation }) => ({ tenantId, endpointId, incarnation }))
  const paused = lives.length === 0 ? new Set<string>() : await deps.health.paused(lives)
  const receivers = await inLanes(lanes, wanted, async (endpoint): Promise<readonly Receiver[]> => {
    const current = endpoint.settings.status === 'paused' ? await unlessPausedBefore(deps, endpoint, event) : endpoint
    if (current === null) return []
    const stopped = paused.has(endpoint.id) ? pausedByKeyturn : hindranceAt(deps.contracts, current)
    return [{ endpoint: { ...endpoint, settings: current.settings }, stopped }]
  })
  return receivers.flat()
}

/** In doubt it did: an event too many is better than one that is forgotten. */
function existedAt(at: Date, createdAt: Date | null): boolean {
  return createdAt === null || createdAt <= addSeconds(at, clockSkewSeconds)
}

/**
 * The endpoint as it is now, or null where its owner had paused it before the event, or it was deleted. The index that
 * found it may not have a resume yet, so this reads the endpoint itself.
 */
async function unlessPausedBefore(
  { endpoints }: DeliveryDeps,
  { tenantId, id: endpointId, incarnation }: Subscriber,
  { at }: DeliveryEvent,
): Promise<Endpoint | null> {
  const endpoint = await endpoints.load({ tenantId, endpointId })
  if (endpoint === null || endpoint.deletedAt !== null || endpoint.incarnation !== incarnation) return null
  const { settings, pausedSince } = endpoint
  const isPausedBefore = settings.status === 'paused' && (pausedSince === null || pausedSince < at)
  return isPausedBefore ? null : endpoint
}

/** The message for the delivery's first attempt, or null where the delivery is stopped. */
async function prepare(
  deps: DeliveryDeps,
  { endpoint, stopped }: Receiver,
  event: DeliveryEvent,
): Promise<Queued | null> {
  const { tenantId, id: endpointId, incarnation } = endpoint
  const contract = deps.contracts.find(({ name }) => name === endpoint.contract)
  const { messageIds } = contract?.delivery ?? standardDelivery
  const messageId = messageIdOf(messageIds, { tenantId, endpointId, incarnation, eventId: event.id })
  const delivery = newDelivery({ endpointId, incarnationOf: incarnation, messageId }, event, deps.now())
  if (stopped !== null) return storeStopped(deps, delivery, stopped)
  await deps.deliveries.create(delivery)
  return { message: nextAttempt(delivery), delaySeconds: 0 }
}

/** Lists the delivery as failed, and makes no letter of it: a long pause would fill the dead-letter queue. */
async function storeStopped(deps: DeliveryDeps, delivery: Delivery, why: NoTarget): Promise<null> {
  const { tenantId, endpointId, incarnationOf: incarnation, createdAt } = delivery
  await deps.attempts.recordUnattempted(delivery, createdAt)
  const outcome = await deps.deliveries.create({ ...delivery, status: 'failed', errorMessage: why.reason })
  if (outcome === 'stored') await deps.health.countUnattempted({ tenantId, endpointId, incarnation }, createdAt)
  if (why === pausedByKeyturn) await afterStop(deps, delivery)
  return null
}

/**
 * Whether an endpoint with these event types gets events of `type`. An empty list takes every type, `*` too, and
 * `invoice.*` every type that starts with `invoice.`.
 */
export function subscribes(eventTypes: readonly string[], type: string): boolean {
  return eventTypes.length === 0 || eventTypes.some(pattern => matches(pattern, type))
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
