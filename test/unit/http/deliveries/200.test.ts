import { expect, it } from '@jest/globals'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, lifeOf } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('200 lists deliveries newest first, up to 200, also once one is sent again: TheSignup', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(thesignup)
  world.receiver.answer = response => response.writeHead(410).end()
  await world.publish('signup.created')
  await world.drain()
  await world.deps.health.resume(lifeOf(endpoint))
  world.receiver.answer = response => response.end('ok')
  world.pass(60)
  await world.publish('signup.changed')
  await world.drain()
  const credential = bearer(await apiKey(thesignup, tenantId))
  const list = (query = '') => send('GET', `/webhooks/${endpoint.id}/deliveries${query}`, credential)
  const [changed, created] = Object((await list()).json).data
  expect(changed).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    eventType: 'signup.changed',
    status: 'delivered',
    attemptCount: 1,
    lastResponseStatus: 200,
    errorMessage: null,
    createdAt: '2026-11-21T12:01:00Z',
    deliveredAt: '2026-11-21T12:01:00Z',
    dlqAt: null,
  })
  expect(created).toMatchObject({ eventType: 'signup.created', status: 'failed', dlqAt: '2026-11-21T12:00:00Z' })
  expect(Object((await list('?limit=1')).json).data).toHaveLength(1)
  expect((await list('?limit=200')).status).toBe(200)
  const replay = () => send('POST', `/webhooks/deliveries/${created.id}/replay`, credential)
  expect((await replay()).json).toEqual({ id: created.id, status: 'pending' })
  await world.drain()
  expect((await list()).json).toMatchObject({ data: [{}, { status: 'delivered', attemptCount: 2, dlqAt: null }] })
  expect((await replay()).json).toMatchObject({ status: 'delivered' })
})
