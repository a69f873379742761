import { describe, expect, it } from '@jest/globals'
import { featurebase } from '../../../../src/contracts/featurebase'
import { keyturn } from '../../../../src/contracts/keyturn'
import { teambattles } from '../../../../src/contracts/teambattles'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, lifeOf, pause } from '../delivery-bed'
import { bearer, jsonBody, type Reply, textAt } from '../harness'

// GET /v1/endpoints/{id}/health, and what the replies of other routes say of an endpoint's health.

const bed = deliveryBeds()

describe('the health of an endpoint', () => {
  it('200 is live in Featurebase’s rotate reply', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint(featurebase)
    await world.publish('post.created')
    await world.drain()
    world.receiver.answer = response => response.writeHead(503).end()
    await world.publish('post.created')
    await world.drain()
    const credential = bearer(await apiKey(featurebase, tenantId))
    const { json } = await send('POST', `/v2/webhooks/${endpoint.id}/secret`, credential)
    const { health, lastStatus, status } = Object(json)
    expect(health).toEqual({
      avgResponseTime: expect.any(Number),
      consecutiveFailures: 1,
      errorsSinceLastSuccess: 1,
      lastResponseTime: expect.any(Number),
      lastSuccessAt: '2026-11-21T12:00:00.000Z',
    })
    expect(lastStatus).toEqual({
      code: 503,
      message: 'The receiver answered 503',
      timestamp: '2026-11-21T12:00:00.000Z',
    })
    expect(status).toBe('active')
  })

  it('200 is Featurebase’s paused when the owner paused it, and suspended when Keyturn did', async () => {
    const { world, send, apiKey } = bed()
    const credential = bearer(await apiKey(featurebase, tenantId))
    const statusOf = async (id: string) => textAt(await send('POST', `/v2/webhooks/${id}/secret`, credential), 'status')
    const { endpoint } = await world.addEndpoint(featurebase)
    await pause(world, endpoint)
    expect(await statusOf(endpoint.id)).toBe('suspended')
    const { endpoint: byOwner } = await world.addEndpoint(featurebase, { status: 'paused' })
    expect(await statusOf(byOwner.id)).toBe('paused')
    const own = await apiKey(keyturn, tenantId)
    await send('PATCH', `/v1/endpoints/${endpoint.id}`, jsonBody(own, { status: 'active' }))
    expect(await statusOf(endpoint.id)).toBe('active')
  })

  it('200 shows a pause by Keyturn like one by the owner, and status active ends both', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint(thesignup)
    await pause(world, endpoint)
    const signup = bearer(await apiKey(thesignup, tenantId))
    expect((await send('POST', `/webhooks/${endpoint.id}/rotate`, signup)).json).toMatchObject({
      endpoint: { paused: true, pausedReason: 'too bad', pausedAt: '2026-11-21T12:00:00Z', consecutiveFailures: 0 },
    })
    const token = await apiKey(keyturn, tenantId)
    const path = `/v1/endpoints/${endpoint.id}`
    const patch = (body: object): Promise<Reply> => send('PATCH', path, jsonBody(token, body))
    expect((await send('GET', path, bearer(token))).json).toMatchObject({ status: 'paused' })
    expect((await send('GET', '/v1/endpoints', bearer(token))).json).toMatchObject({ data: [{ status: 'paused' }] })
    expect((await patch({ name: 'new' })).json).toMatchObject({ status: 'paused' })
    expect((await patch({ status: 'active' })).json).toMatchObject({ status: 'active' })
    expect(await send('GET', `${path}/health`, bearer(token))).toMatchObject({
      status: 200,
      json: { status: 'active', pausedAt: null, pausedReason: null },
    })
  })

  it('200 counts failures anew after a rotation at TeamBattles, and goes on counting elsewhere', async () => {
    const { world, send, apiKey } = bed()
    world.receiver.answer = response => response.writeHead(500).end()
    const owner = 'user:alice'
    const { endpoint } = await world.addEndpoint(teambattles, {}, owner)
    const { endpoint: other } = await world.addEndpoint(featurebase)
    await world.publish('match.won', 1, undefined, owner)
    await world.publish('post.created')
    await world.drain()
    const rotated = [
      await send('POST', `/api/v1/webhooks/${endpoint.id}/rotate-secret`, bearer(await apiKey(teambattles, owner))),
      await send('POST', `/v2/webhooks/${other.id}/secret`, bearer(await apiKey(featurebase, tenantId))),
    ]
    expect(rotated.map(({ status }) => status)).toEqual([200, 200])
    const health = await world.deps.health.load(lifeOf(endpoint))
    expect(health).toMatchObject({ consecutiveFailures: 0, errorsSinceLastSuccess: 1 })
    expect(await world.deps.health.load(lifeOf(other))).toMatchObject({ consecutiveFailures: 1 })
  })

  it('200 says nothing of an endpoint that was deleted to its successor', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint(thesignup)
    await pause(world, endpoint)
    const token = await apiKey(keyturn, tenantId)
    const path = `/v1/endpoints/${endpoint.id}`
    await send('DELETE', path, bearer(token))
    const body = { contract: 'thesignup', id: endpoint.id, url: world.receiver.url }
    expect((await send('POST', '/v1/endpoints', jsonBody(token, body))).status).toBe(201)
    expect(await send('GET', path, bearer(token))).toMatchObject({ status: 200, json: { status: 'active' } })
  })
})
