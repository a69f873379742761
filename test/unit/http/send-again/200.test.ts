import { expect, it } from '@jest/globals'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, latestDelivery, lifeOf } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('200 for a delivery that failed, which is then delivered: TheSignup', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(thesignup)
  const credential = bearer(await apiKey(thesignup, tenantId))
  world.receiver.answer = response => response.writeHead(410).end()
  await world.publish('signup.created')
  await world.drain()
  await world.deps.health.resume(lifeOf(endpoint))
  world.receiver.answer = response => response.end('ok')
  const { messageId } = await latestDelivery(world)
  const replay = () => send('POST', `/webhooks/deliveries/${messageId}/replay`, credential)
  const replayed = await replay()
  expect([replayed.status, replayed.json]).toEqual([200, { id: messageId, status: 'pending' }])
  await world.drain()
  const listed = await send('GET', `/webhooks/${endpoint.id}/deliveries`, credential)
  expect(listed.json).toMatchObject({ data: [{ status: 'delivered', attemptCount: 2, dlqAt: null }] })
  expect((await replay()).json).toMatchObject({ status: 'delivered' })
})
