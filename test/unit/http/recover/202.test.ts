import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { thesignup } from '../../../../src/contracts/thesignup'
import { addSeconds } from '../../../../src/core/instant'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, pause } from '../delivery-bed'
import { bearer, jsonBody } from '../harness'

const bed = deliveryBeds()

it('202 with how many deliveries are sent again: those of one endpoint of any contract, listed and replayed', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(thesignup)
  const { endpoint: other } = await world.addEndpoint()
  await pause(world, endpoint)
  await pause(world, other)
  const since = world.deps.now().toISOString()
  world.pass(1)
  await world.publish('signup.created', 1)
  await world.publish('signup.created', 2)
  await world.drain()
  const vendor = bearer(await apiKey(thesignup, tenantId))
  const listed = await send('GET', `/webhooks/${endpoint.id}/deliveries`, vendor)
  const stopped = { status: 'failed', errorMessage: 'Keyturn has paused the endpoint', attemptCount: 0, dlqAt: null }
  expect(listed.json).toMatchObject({ data: [stopped, stopped] })
  const key = await apiKey(keyturn, tenantId, { permissions: ['endpoints:write'] })
  await send('PATCH', `/v1/endpoints/${endpoint.id}`, jsonBody(key, { status: 'active' }))
  const recover = () => send('POST', `/v1/endpoints/${endpoint.id}/deliveries/recover`, jsonBody(key, { since }))
  expect(await recover()).toMatchObject({ status: 202, json: { queued: 2 } })
  await world.drain()
  expect(world.receiver.received).toHaveLength(2)
  expect(await recover()).toMatchObject({ status: 202, json: { queued: 0 } })
  await world.drain()
  expect(world.receiver.received).toHaveLength(2)
})

it('202 from 30 days ago on', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const since = addSeconds(world.deps.now(), -30 * 24 * 3600).toISOString()
  const key = await apiKey(keyturn, tenantId)
  const reply = await send('POST', `/v1/endpoints/${endpoint.id}/deliveries/recover`, jsonBody(key, { since }))
  expect([reply.status, reply.json]).toEqual([202, { queued: 0 }])
})
