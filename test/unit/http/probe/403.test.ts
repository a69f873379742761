import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('403 without endpoints:write, and nothing is sent', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const token = await apiKey(keyturn, tenantId, { permissions: ['endpoints:read', 'endpoints:rotate'] })
  const reply = await send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, bearer(token))
  expect(reply).toMatchObject({ status: 403, json: { code: 'permission-denied' } })
  expect(world.receiver.received).toEqual([])
})
