import { expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { testPaused } from '../../../src/delivery/test-paused'
import { describedAs, typeNames } from '../../../src/rotation/event-types'
import { settle } from '../../../src/rotation/settle'
import { assertDocumented } from '../../support/documented-event'
import { unhurried } from '../../support/suites/signals'
import { tenantId } from '../delivery/world'
import { deliveryBeds } from './delivery-bed'
import { bearer, jsonBody, textAt } from './harness'
import { platform } from './platform'

// Everything that can happen to an endpoint, over HTTP and in deliveries: each type of event is put, and has its members.

const bed = deliveryBeds()

it('every type of the table is put by something, with exactly its members', async () => {
  const { world, send, apiKey } = bed()
  const token = await apiKey(keyturn, tenantId)
  const { endpoint } = await world.addEndpoint()
  const { id: endpointId, incarnation } = endpoint
  const base = `/v1/endpoints/${endpointId}`
  const call = async (method: string, path: string, body: object = {}) => {
    const reply = await send(method, `${base}${path}`, jsonBody(token, body))
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.text}`)
    return reply
  }
  const settleAll = async () => {
    const stored = await world.rotation.store.load({ tenantId, endpointId })
    if (stored !== null) await settle(world.rotation, stored, { opened: new Map(), signal: unhurried })
  }
  const published = async () =>
    textAt(await call('POST', '/secret/rotate', { signing: 'manual', overlapSeconds: 900 }), 'keyId')
  const answer = (status: number) => {
    world.receiver.answer = response => response.writeHead(status).end()
  }
  const deliver = async () => {
    await world.publish('order.paid')
    await world.drain()
  }

  await call('POST', '/secret/abandon', { keyId: await published(), overlapSeconds: 0 })
  await call('POST', '/secret/promote', { keyId: await published(), force: true })
  await call('POST', '/secret/roll-back', { force: true })
  await call('POST', '/secret/rotate', { overlapSeconds: 0 })
  await call('POST', '/secret/rotate', { overlapSeconds: 3600, reason: 'leaked' })
  await call('POST', '/secret/revoke-previous')
  await call('PATCH', '', { status: 'paused' })
  await call('PATCH', '', { status: 'active' })
  await settleAll()
  answer(200)
  await call('POST', '/secret/probe')
  answer(500)
  await deliver()
  world.pass(3600)
  await deliver()
  answer(410)
  await deliver()
  world.pass(3600)
  answer(200)
  await testPaused(world.deps, { kind: 'test-paused', tenantId, endpointId, incarnation })
  expect((await send('DELETE', base, bearer(token))).status).toBe(204)
  await settleAll()

  for (const event of world.published) assertDocumented(event)
  const ofEndpoints = typeNames.filter(name => describedAs(name).about === undefined)
  expect([...new Set(world.published.map(({ type }) => type))].toSorted()).toEqual(ofEndpoints.toSorted())
  const byDeliver = world.published.filter(({ actor }) => actor.id === 'deliver').map(({ type }) => type)
  expect(new Set(byDeliver)).toEqual(
    new Set(['endpoint.failing', 'delivery.exhausted', 'endpoint.paused', 'endpoint.resumed']),
  )
})

it('every type about an API key is put by something, with exactly its members', async () => {
  const { create, send, token, tables } = await platform()
  await send('DELETE', `/v1/api-keys/${textAt(await create(), 'id')}`, bearer(token))
  for (const event of tables.published.ofApiKeys) assertDocumented(event)
  const ofApiKeys = typeNames.filter(name => describedAs(name).about === 'api-key')
  expect(tables.published.ofApiKeys.map(({ type }) => type)).toEqual(ofApiKeys)
})

it('an event with a member too many, or without one of its own, is not as it is documented', async () => {
  const { world } = bed()
  await world.addEndpoint()
  const [created] = world.published
  if (created === undefined) throw new Error('the creation was told')
  expect(() => assertDocumented(created)).not.toThrow()
  expect(() => assertDocumented({ ...created, overlapSeconds: 0 })).toThrow(TypeError)
  expect(() => assertDocumented({ ...created, type: 'secret.rotated' })).toThrow(TypeError)
})
