import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { addSeconds } from '../../../../src/core/instant'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, lifeOf } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('429 while five attempts are under way', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const { health, now } = world.deps
  const asked = { life: lifeOf(endpoint), now: now(), until: addSeconds(now(), 60), whenPaused: 'allow' } as const
  for (let slot = 0; slot < 5; slot += 1) await health.acquire({ ...asked, messageId: `msg_${slot}` })
  const reply = await send('POST', `/v1/endpoints/${endpoint.id}/test`, bearer(await apiKey(keyturn, tenantId)))
  expect(reply).toMatchObject({ status: 429, json: { code: 'endpoint-busy' } })
  expect(reply.headers.get('retry-after')).toBe('1')
})
