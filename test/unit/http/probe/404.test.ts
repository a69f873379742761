import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('404 for another tenant’s endpoint as for an unknown one, and nothing is sent', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(undefined, {}, 'org_2')
  const token = await apiKey(keyturn, tenantId)
  const [foreign, unknown] = [
    await send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, bearer(token)),
    await send('POST', '/v1/endpoints/ep_000000000000000000000000/secret/probe', bearer(token)),
  ]
  expect([foreign.status, unknown.status]).toEqual([404, 404])
  expect(foreign.text).toBe(unknown.text)
  expect(world.receiver.received).toEqual([])
})
