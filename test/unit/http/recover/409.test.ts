import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tumban } from '../../../../src/contracts/tumban'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, pause } from '../delivery-bed'
import { jsonBody } from '../harness'

const bed = deliveryBeds()

it('409 while the endpoint is paused, by Keyturn or by its owner, and while it has no URL', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint: active } = await world.addEndpoint()
  const { endpoint: owners } = await world.addEndpoint(keyturn, { status: 'paused' })
  const { endpoint: nowhere } = await world.addEndpoint(tumban, { url: null })
  await pause(world, active)
  const key = await apiKey(keyturn, tenantId)
  const since = world.deps.now().toISOString()
  const codes = []
  for (const { id } of [active, owners, nowhere]) {
    const reply = await send('POST', `/v1/endpoints/${id}/deliveries/recover`, jsonBody(key, { since }))
    codes.push([reply.status, Object(reply.json).code])
  }
  expect(codes).toEqual([
    [409, 'endpoint-paused'],
    [409, 'endpoint-paused'],
    [409, 'endpoint-without-url'],
  ])
})
