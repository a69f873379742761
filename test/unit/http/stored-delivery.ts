import { type Delivery, newDelivery } from '../../../src/delivery/delivery'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { Harness } from './harness'

/** Stores a delivery to the endpoint, as its attempts left it. */
export function storeDelivery({ tables, clock }: Harness, endpoint: Endpoint, left: Partial<Delivery> = {}): Delivery {
  const { tenantId, id: endpointId, incarnation: incarnationOf } = endpoint
  const event = { tenantId, id: 'evt_1', type: 'order.paid', at: clock.now, payload: { total: 3 } }
  const made = newDelivery({ endpointId, incarnationOf, messageId: 'msg_1' }, event, clock.now)
  const delivery = { ...made, attemptCount: 1, ...left }
  tables.delivery.deliveries.set(delivery.messageId, delivery)
  return delivery
}
