import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, latestDelivery } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('202 for a delivery that succeeded, which stays as it is', async () => {
  const { world, send, apiKey } = bed()
  await world.addEndpoint()
  await world.publish('order.paid')
  await world.drain()
  const { messageId } = await latestDelivery(world)
  const reply = await send('POST', `/v1/deliveries/${messageId}/send-again`, bearer(await apiKey(keyturn, tenantId)))
  expect(reply).toMatchObject({ status: 202, json: { id: messageId, status: 'success' } })
  await world.drain()
  expect(world.receiver.received).toHaveLength(1)
})
