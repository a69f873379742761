import { attemptUnderLease } from './attempt-under-lease'
import type { Delivery } from './delivery'
import type { DeliveryDeps } from './deps'
import type { AttemptMessage } from './queue-message'
import { stop } from './stop'
import { takeLease } from './take-lease'
import { endpointPaused, eventExpired, targetOf, type Target } from './target'

/**
 * Makes the attempt that a message asks for, unless it was made already. Whenever the process dies the message comes
 * again, and nothing is lost: at most the attempt is repeated, under the same message id.
 * @throws when the message is to come again
 */
export async function deliver(deps: DeliveryDeps, message: AttemptMessage): Promise<void> {
  const { tenantId, endpointId, messageId } = message
  const [delivery, endpoint] = await Promise.all([
    deps.deliveries.load({ tenantId, messageId }),
    deps.endpoints.load({ tenantId, endpointId }),
  ])
  if (delivery === null || !asksFor(message, delivery)) return
  const target = targetOf(deps.contracts, delivery, endpoint)
  if (target.kind === 'none') await stop(deps, delivery, target)
  else await deliverTo(deps, target, { delivery, message })
}

/** @throws when the attempt before is still being stored */
function asksFor({ attempt }: AttemptMessage, delivery: Delivery): boolean {
  if (delivery.status !== 'pending') return false
  if (attempt > delivery.attemptCount) throw new Error('the attempt before is not stored yet')
  return attempt === delivery.attemptCount
}

interface Work {
  readonly delivery: Delivery
  readonly message: AttemptMessage
}

async function deliverTo(deps: DeliveryDeps, target: Target, { delivery, message }: Work): Promise<void> {
  const { tenantId, endpointId, messageId } = delivery
  const life = { tenantId, endpointId, incarnation: delivery.incarnationOf }
  const { timeoutMs } = target.endpoint.settings.requestConfig
  const [{ answer, waited, tenantLease }, event] = await Promise.all([
    takeLease(deps, { life, messageId, timeoutMs }),
    deps.deliveries.loadEvent(tenantId, delivery.eventId),
  ])
  if (answer.kind === 'paused') return stop(deps, delivery, endpointPaused)
  if (answer.kind !== 'granted') return putOff(deps, message)
  try {
    const isWanted = event !== null && !(waited && (await wasMade(deps, delivery)))
    if (isWanted) return await attemptUnderLease(deps, answer.lease, { delivery, target, event })
    await deps.health.release(answer.lease)
    return event === null ? await stop(deps, delivery, eventExpired) : undefined
  } finally {
    if (tenantLease !== null) await deps.health.release(tenantLease)
  }
}

/** Whether the attempt was made by someone else since the delivery was loaded. */
async function wasMade({ deliveries }: DeliveryDeps, delivery: Delivery): Promise<boolean> {
  const now = await deliveries.load(delivery)
  return now?.attemptCount !== delivery.attemptCount || now.status !== delivery.status
}

const longestPutOffSeconds = 60

/** All of the endpoint's slots are taken, or its tenant's: later, without counting an attempt. */
async function putOff({ queue, random }: DeliveryDeps, message: AttemptMessage): Promise<void> {
  const most = Math.min(longestPutOffSeconds, 2 ** (message.waits + 1))
  const delaySeconds = Math.max(1, Math.round(most * random()))
  await queue.send([{ message: { ...message, waits: message.waits + 1 }, delaySeconds }])
}
