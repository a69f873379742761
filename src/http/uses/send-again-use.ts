import { noSuchEndpoint } from '../../access/resolve-tenant'
import type { Delivery } from '../../delivery/delivery'
import { messageIdPattern } from '../../delivery/message-id'
import { sendAgain } from '../../delivery/send-again'
import { readBody } from '../body/read-body'
import type { TenantCall, TenantUse } from '../call'
import { isReached } from '../load-endpoint'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** A failed delivery, put back into the queue; any other stays as it is. */
export function sendAgainUse(deps: EndpointDeps): TenantUse {
  return async call => {
    const delivery = await loadDelivery(deps, call)
    await readBody(call)
    const { messageId, status } = await sendAgain(deps, delivery)
    return outcome({ messageId, deliveryStatus: status })
  }
}

/** @throws {Problem} `not-found`, the same whether the delivery, or its endpoint, is malformed, unknown or another's */
async function loadDelivery({ store, deliveries }: EndpointDeps, call: TenantCall): Promise<Delivery> {
  const { tenantId } = call
  const messageId = call.parameters['id'] ?? ''
  const delivery = messageIdPattern.test(messageId) ? await deliveries.load({ tenantId, messageId }) : null
  const endpoint = delivery && (await store.load({ tenantId, endpointId: delivery.endpointId }))
  if (delivery !== null && isReached(endpoint, call) && endpoint.incarnation === delivery.incarnationOf) return delivery
  throw noSuchEndpoint()
}
