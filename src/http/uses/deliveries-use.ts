import type { Delivery } from '../../delivery/delivery'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { loadEndpoint } from '../load-endpoint'
import { readPageSize } from '../page-request'
import type { Values } from '../render-shape'
import { outcome } from '../use-reply'
import type { EndpointDeps } from './endpoint-deps'

/** The endpoint's latest deliveries, newest first. */
export function deliveriesUse({ store, deliveries }: EndpointDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'cached',
    perform: async call => {
      const { tenantId, id: endpointId } = await loadEndpoint(store, contracts, call)
      readBody(call)
      const limit = readPageSize(call.operation, call.request)
      const recent = await deliveries.recent({ tenantId, endpointId }, limit)
      return outcome({ deliveries: recent.map(deliveryValues) })
    },
  }
}

function deliveryValues(delivery: Delivery): Values {
  const { messageId, eventId, eventType, status, attemptCount, lastResponseStatus, errorMessage } = delivery
  const { createdAt, deliveredAt, dlqAt } = delivery
  const shown = { messageId, eventId, eventType, attemptCount, lastResponseStatus, errorMessage }
  return { ...shown, deliveryStatus: status, createdAt, deliveredAt, dlqAt }
}
