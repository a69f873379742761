import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer, faultsOf, invalid } from '../harness'

const bed = deliveryBeds()

it.each([
  ['garbage', 'body'],
  ['[]', 'body'],
  ['{"url": "https://receiver.example"}', 'url'],
])('400 for the body %s, and nothing is sent', async (body, fault) => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const token = await apiKey(keyturn, tenantId)
  const reply = await send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, { ...bearer(token), body })
  expect(faultsOf(reply)).toEqual(invalid(fault))
  expect(world.receiver.received).toEqual([])
})
