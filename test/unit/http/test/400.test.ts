import { expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { deliveryBeds } from '../delivery-bed'
import { bearer, tenant } from '../harness'

const bed = deliveryBeds()

it('400 without a company at Storno', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(storno, {}, tenant)
  const reply = await send('POST', `/api/v1/webhooks/${endpoint.id}/test`, bearer(await apiKey(storno, tenant)))
  expect(reply.status).toBe(400)
})
