import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { addSeconds } from '../../../../src/core/instant'
import { answerAll, holdAnswers, opened, slow } from '../../delivery/held-answers'
import { attemptsPerTenant, tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer } from '../harness'

const bed = deliveryBeds()

it('429 while five attempts are under way', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint()
  const { leases, now } = world.deps
  const address = { tenantId, endpointId: endpoint.id }
  const asked = { address, now: now(), until: addSeconds(now(), 60), mostOfTenant: attemptsPerTenant }
  for (let slot = 0; slot < 5; slot += 1) await leases.acquire({ ...asked, messageId: `msg_${slot}` })
  const reply = await send('POST', `/v1/endpoints/${endpoint.id}/test`, bearer(await apiKey(keyturn, tenantId)))
  expect(reply).toMatchObject({ status: 429, json: { code: 'endpoint-busy' } })
  expect(reply.headers.get('retry-after')).toBe('1')
})

it('429 while as many tests of one tenant are under way as it may have attempts, and none of another’s', async () => {
  const { world, send, apiKey } = bed()
  const endpoints = []
  for (let index = 0; index < attemptsPerTenant + 3; index += 1)
    endpoints.push((await world.addEndpoint(undefined, slow)).endpoint)
  const { endpoint: other } = await world.addEndpoint(undefined, slow, 'org_2')
  const held = holdAnswers(world)
  const test = async (id: string, owner: string) =>
    send('POST', `/v1/endpoints/${id}/test`, bearer(await apiKey(keyturn, owner)))
  const under = endpoints.slice(0, attemptsPerTenant).map(({ id }) => test(id, tenantId))
  await opened(world, attemptsPerTenant)
  const refused = await Promise.all(endpoints.slice(attemptsPerTenant).map(({ id }) => test(id, tenantId)))
  expect(refused.map(({ status, json }) => [status, json])).toEqual(
    refused.map(() => [429, expect.objectContaining({ code: 'endpoint-busy' })]),
  )
  const others = test(other.id, 'org_2')
  await opened(world, attemptsPerTenant + 1)
  await answerAll(world, { held, lanes: [] })
  const statuses = (await Promise.all([...under, others])).map(({ status }) => status)
  expect(statuses).toEqual(statuses.map(() => 200))
  expect((await test(endpoints.at(-1)?.id ?? '', tenantId)).status).toBe(200)
})
