import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, portalTokenOf } from '../delivery-bed'
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

it('403 by a portal session with the scope rotate whose API key lacks endpoints:write; 200 where it has that', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const statusWith = async (...permissions: string[]): Promise<number> => {
    const token = await portalTokenOf(bed(), await apiKey(keyturn, tenantId, { permissions }), ['rotate'])
    return (await send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, bearer(token))).status
  }
  expect(await statusWith('portal:write', 'endpoints:rotate')).toBe(403)
  expect(world.receiver.received).toEqual([])
  expect(await statusWith('portal:write', 'endpoints:rotate', 'endpoints:write')).toBe(200)
})
