import { standardDelivery } from '../contracts/defaults'
import { inLanes } from '../core/concurrency'
import { addSeconds } from '../core/instant'
import type { Endpoint } from '../rotation/endpoint'
import { messageIdOf, newDelivery, nextAttempt } from './delivery'
import { clockSkewSeconds, type DeliveryEvent } from './event'
import { type DeliveryDeps, longestDelaySeconds, type Subscriber } from './ports'
import type { AttemptMessage, EventMessage } from './queue-message'
import { stop } from './stop'
import { hindranceAt } from './target'

const pageSize = 500
const lanes = 16
/** A fan-out that took this long goes on in another turn, so that no function is ended in the middle of it. */
const turnSeconds = 20
/** How many a second each attempt that a tenant may have at a time is likely to take up, its receiver's answer included. */
const attemptsPerSecond = 4

/**
 * Makes one delivery of the event for every endpoint of its tenant that existed when the event was accepted and subscribes
 * to its type, but for those that their owner had paused by then, and queues the first attempt of each, no more for a second
 * than the tenant can have made: others would be received and put back again and again. Where none can be made now, the
 * delivery is stopped: listed as failed, to be sent again. Repeatable: what was attempted already is dropped when its
 * message comes.
 */
export async function fanOut(deps: DeliveryDeps, message: EventMessage & { readonly id: string }): Promise<void> {
  const { tenantId, id, type, payload, at } = message
  const now = deps.now()
  const event = await deps.deliveries.keepEvent({ tenantId, id, type, payload, at: at ? new Date(at) : now }, now)
  let after = message.after ?? null
  let queued = 0
  do {
    const { items, next } = await deps.subscribers.list(tenantId, { limit: pageSize, after })
    queued += await deliverAll(deps, items, { event, queued })
    after = next
  } while (after !== null && deps.now() < addSeconds(now, turnSeconds))
  if (after === null) return
  await deps.queue.send([{ message: { ...message, at: event.at.toISOString(), after }, delaySeconds: 0 }])
}

interface Begun {
  readonly event: DeliveryEvent
  /** How many first attempts are in the queue already. */
  readonly queued: number
}

/** Returns how many more first attempts are in the queue. */
async function deliverAll(
  deps: DeliveryDeps,
  subscribers: readonly Subscriber[],
  { event, queued }: Begun,
): Promise<number> {
  const wanted = subscribers.filter(
    subscriber =>
      subscribes(subscriber.settings.eventTypes, event.type) &&
      existedAt(event.at, subscriber.createdAt) &&
      !wasPausedAt(event.at, subscriber),
  )
  const prepared = await inLanes(lanes, wanted, subscriber => prepare(deps, subscriber, event))
  const perSecond = attemptsPerSecond * deps.attemptsPerTenant
  const messages = prepared
    .filter(message => message !== null)
    .map((message, nth) => {
      return { message, delaySeconds: Math.min(longestDelaySeconds, Math.floor((queued + nth) / perSecond)) }
    })
  if (messages.length > 0) await deps.queue.send(messages)
  return messages.length
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
  return isPausedBefore || wasPausedAt(at, endpoint) ? null : endpoint
}

/** Whether its owner's last pause was over, and began before `at` and ended after it. */
function wasPausedAt(at: Date, { pausedSince, resumedAt }: Pick<Endpoint, 'pausedSince' | 'resumedAt'>): boolean {
  return pausedSince !== null && resumedAt !== null && pausedSince < at && at < resumedAt
}

/** The message for the delivery's first attempt, or null where there is no delivery, or it is stopped. */
async function prepare(
  deps: DeliveryDeps,
  subscriber: Subscriber,
  event: DeliveryEvent,
): Promise<AttemptMessage | null> {
  const { tenantId, id: endpointId, incarnation } = subscriber
  const isPaused = subscriber.settings.status === 'paused'
  const endpoint = isPaused ? await unlessPausedBefore(deps, subscriber, event) : subscriber
  if (endpoint === null) return null
  const contract = deps.contracts.find(({ name }) => name === endpoint.contract)
  const { messageIds } = contract?.delivery ?? standardDelivery
  const messageId = messageIdOf(messageIds, { tenantId, endpointId, incarnation, eventId: event.id })
  const delivery = newDelivery({ endpointId, incarnationOf: incarnation, messageId }, event, deps.now())
  const hindrance = hindranceAt(deps.contracts, endpoint)
  if (hindrance === null) return nextAttempt(delivery)
  await stop(deps, { delivery, stored: null, endpoint: null }, hindrance)
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
