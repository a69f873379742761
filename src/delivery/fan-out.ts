import type { Contract } from '../contracts/contract'
import { standardDelivery } from '../contracts/defaults'
import { inLanes } from '../core/concurrency'
import { messageIdOf, newDelivery, nextAttempt } from './delivery'
import type { DeliveryEvent } from './event'
import type { DeliveryDeps, Queued, Subscriber } from './ports'
import type { EventMessage } from './queue-message'

const pageSize = 50
const lanes = 16

/**
 * Makes one delivery of the event for every endpoint of its tenant that subscribes to its type and is not paused, and
 * queues the first attempt of each. A large tenant's rest goes back into the queue. Repeatable: a delivery that exists
 * is only queued again.
 */
export async function fanOut(deps: DeliveryDeps, message: EventMessage & { readonly id: string }): Promise<void> {
  const { tenantId, id, type, payload, at, after = null } = message
  const now = deps.now()
  const event = await deps.deliveries.keepEvent({ tenantId, id, type, payload, at: at ? new Date(at) : now }, now)
  const { items, next } = await deps.subscribers.list(tenantId, { limit: pageSize, after })
  const receivers = await receiversOf(deps, items, event)
  const queued = await inLanes(lanes, receivers, receiver => prepare(deps, receiver, event))
  if (queued.length > 0) await deps.queue.send(queued)
  const rest = { ...message, at: event.at.toISOString(), after: next ?? undefined }
  if (next !== null) await deps.queue.send([{ message: rest, delaySeconds: 0 }])
}

interface Receiver {
  readonly endpoint: Subscriber
  readonly contract: Contract
}

async function receiversOf(
  { contracts, health }: DeliveryDeps,
  subscribers: readonly Subscriber[],
  event: DeliveryEvent,
): Promise<readonly Receiver[]> {
  const wanted = subscribers.flatMap(endpoint => {
    const { status, url, eventTypes } = endpoint.settings
    const contract = contracts.find(({ name }) => name === endpoint.contract)
    if (contract === undefined || status === 'paused' || url === null) return []
    return subscribes(eventTypes, event.type) ? [{ endpoint, contract }] : []
  })
  const lives = wanted.map(({ endpoint: { tenantId, id, incarnation } }) => ({ tenantId, endpointId: id, incarnation }))
  const paused = lives.length === 0 ? new Set<string>() : await health.paused(lives)
  return wanted.filter(({ endpoint }) => !paused.has(endpoint.id))
}

async function prepare(deps: DeliveryDeps, { endpoint, contract }: Receiver, event: DeliveryEvent): Promise<Queued> {
  const { tenantId, id: endpointId, incarnation } = endpoint
  const { messageIds } = contract.delivery ?? standardDelivery
  const messageId = messageIdOf(messageIds, { tenantId, endpointId, incarnation, eventId: event.id })
  const delivery = newDelivery({ endpointId, incarnationOf: incarnation, messageId }, event, deps.now())
  await deps.deliveries.create(delivery)
  return { message: nextAttempt(delivery), delaySeconds: 0 }
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
