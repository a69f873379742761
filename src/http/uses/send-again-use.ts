import type { Delivery } from '../../delivery/delivery'
import { messageIdPattern } from '../../delivery/message-id'
import { receptionOf, type Reception } from '../../delivery/reception'
import { sendAgain } from '../../delivery/send-again'
import { Problem } from '../../rotation/problem'
import { readBody } from '../body/read-body'
import type { TenantCall, TenantUse } from '../call'
import { isReached } from '../load-endpoint'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** A failed delivery, put back into the queue; any other stays as it is, and so does one that would not be sent. */
export function sendAgainUse(deps: EndpointDeps): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { delivery, reception } = await loadDelivery(deps, call)
      readBody(call)
      if (delivery.status === 'failed') requireOpen(reception)
      const { messageId, status } = await sendAgain(deps, delivery)
      return outcome({ messageId, deliveryStatus: status })
    },
  }
}

/** @throws {Problem} `endpoint-paused`, `endpoint-without-url` */
function requireOpen(reception: Reception): void {
  if (reception === 'paused') {
    throw new Problem('endpoint-paused', 'The endpoint is paused. Resume it, then send the delivery again.')
  }
  if (reception === 'nowhere') {
    throw new Problem('endpoint-without-url', 'The endpoint has no URL. Give it one, then send the delivery again.')
  }
}

interface Loaded {
  readonly delivery: Delivery
  readonly reception: Reception
}

/** @throws {Problem} `not-found`, the same whether the delivery, or its endpoint, is malformed, unknown or another's */
async function loadDelivery({ store, health, deliveries }: EndpointDeps, call: TenantCall): Promise<Loaded> {
  const { tenantId } = call
  const messageId = call.parameters['id'] ?? ''
  const delivery = messageIdPattern.test(messageId) ? await deliveries.load({ tenantId, messageId }) : null
  if (delivery !== null) {
    const [endpoint, stored] = await Promise.all([store.load(delivery), health.loadAny(delivery)])
    const reception = receptionOf(delivery, endpoint, stored)
    if (isReached(endpoint, call) && reception !== 'gone') return { delivery, reception }
  }
  throw new Problem('not-found', 'There is no such delivery.')
}
