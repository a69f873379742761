import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { addSeconds } from '../../../../src/core/instant'
import { answerAll, holdAnswers, opened, slow } from '../../delivery/held-answers'
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

it('429 while five tests of one tenant are under way at endpoints that have not answered yet, and none of another’s', async () => {
  const { world, send, apiKey } = bed()
  const endpoints = []
  for (let index = 0; index < 8; index += 1) endpoints.push((await world.addEndpoint(undefined, slow)).endpoint)
  const { endpoint: other } = await world.addEndpoint(undefined, slow, 'org_2')
  const held = holdAnswers(world)
  const test = async (id: string, owner: string) =>
    send('POST', `/v1/endpoints/${id}/test`, bearer(await apiKey(keyturn, owner)))
  const under = endpoints.slice(0, 5).map(({ id }) => test(id, tenantId))
  await opened(world, 5)
  const refused = await Promise.all(endpoints.slice(5).map(({ id }) => test(id, tenantId)))
  expect(refused.map(({ status, json }) => [status, json])).toEqual(
    refused.map(() => [429, expect.objectContaining({ code: 'endpoint-busy' })]),
  )
  const others = test(other.id, 'org_2')
  await opened(world, 6)
  await answerAll(world, { held, lanes: [] })
  expect((await Promise.all([...under, others])).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  expect((await test(endpoints[5]?.id ?? '', tenantId)).status).toBe(200)
})
