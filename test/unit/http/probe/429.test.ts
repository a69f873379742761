import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { addSeconds } from '../../../../src/core/instant'
import { answerAll, holdAnswers, opened, slow } from '../../delivery/held-answers'
import { attemptsPerTenant, tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('429 while five attempts are under way, and nothing is sent', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const { leases, now } = world.deps
  const address = { tenantId, endpointId: endpoint.id }
  const asked = { address, now: now(), until: addSeconds(now(), 60), mostOfTenant: attemptsPerTenant }
  for (let slot = 0; slot < 5; slot += 1) await leases.acquire({ ...asked, messageId: `msg_${slot}` })
  const reply = await send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, bearer(await apiKey(keyturn, tenantId)))
  expect(reply).toMatchObject({ status: 429, json: { code: 'endpoint-busy' } })
  expect(reply.headers.get('retry-after')).toBe('1')
  expect(world.receiver.received).toEqual([])
  expect(world.published.map(({ type }) => type)).not.toContain('secret.proof-failed')
})

it('429 for the sixth probe of an endpoint at a time: each holds one slot for all of its checks', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(undefined, slow)
  const token = await apiKey(keyturn, tenantId)
  const probe = () => send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, bearer(token))
  const held = holdAnswers(world)
  const under = Array.from({ length: 5 }, probe)
  await opened(world, 5)
  expect((await probe()).status).toBe(429)
  await answerAll(world, { held, lanes: [] })
  expect((await Promise.all(under)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect((await probe()).status).toBe(200)
})
