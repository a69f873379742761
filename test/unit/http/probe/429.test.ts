import { expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { addSeconds } from '../../../../src/core/instant'
import { slow } from '../../delivery/held-answers'
import { attemptsPerTenant, tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { bearer, type Reply } from '../harness'

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

it('429 where a probe has the last slot, which it holds for both of its checks', async () => {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(undefined, slow)
  const token = await apiKey(keyturn, tenantId)
  const { leases, now } = world.deps
  const address = { tenantId, endpointId: endpoint.id }
  const asked = { address, now: now(), until: addSeconds(now(), 60), mostOfTenant: attemptsPerTenant }
  for (let slot = 0; slot < 4; slot += 1) await leases.acquire({ ...asked, messageId: `msg_${slot}` })
  const probe = () => send('POST', `/v1/endpoints/${endpoint.id}/secret/probe`, bearer(token))
  const beside: Promise<Reply>[] = []
  world.receiver.answer = response => {
    const other = probe()
    beside.push(other)
    void other.finally(() => response.end('ok'))
  }
  expect((await probe()).json).toMatchObject({ adoption: 'accepts-anything' })
  expect((await Promise.all(beside)).map(({ status }) => status)).toEqual([429, 429])
  world.receiver.answer = response => response.end('ok')
  expect((await probe()).status).toBe(200)
})
