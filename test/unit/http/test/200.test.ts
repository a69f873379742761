import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, lifeOf, pause, portalTokenOf } from '../delivery-bed'
import { bearer, jsonBody, tenant } from '../harness'

const bed = deliveryBeds()

describe('POST /v1/endpoints/{id}/test', () => {
  it('200 with what the receiver answered, which is recorded and counted towards nothing', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint()
    const token = await apiKey(keyturn, tenantId)
    world.receiver.answer = response =>
      response.writeHead(500, { server: 'nginx', 'set-cookie': 'a=b' }).end('x'.repeat(9000))
    const reply = await send('POST', `/v1/endpoints/${endpoint.id}/test`, jsonBody(token, { eventType: 'order.paid' }))
    expect(reply).toMatchObject({
      status: 200,
      json: {
        delivered: false,
        eventType: 'order.paid',
        responseStatus: 500,
        responseBody: 'x'.repeat(4096),
        errorMessage: 'The receiver answered 500',
        keyIds: [endpoint.ring.keys[0].id],
      },
    })
    const { responseHeaders } = Object(reply.json)
    expect(responseHeaders).toMatchObject({ server: 'nginx' })
    expect(responseHeaders).not.toHaveProperty('set-cookie')
    expect(await world.deps.health.load(lifeOf(endpoint))).toMatchObject({ consecutiveFailures: 0, deliveriesCount: 0 })
    const attempts = await send('GET', `/v1/endpoints/${endpoint.id}/attempts`, bearer(token))
    expect(attempts.json).toMatchObject({ data: [{ kind: 'test', status: 500 }], nextCursor: null })
  })

  it('200 for a paused endpoint too', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint(undefined, { status: 'paused' })
    await pause(world, endpoint)
    const credential = bearer(await apiKey(keyturn, tenantId))
    expect(await send('POST', `/v1/endpoints/${endpoint.id}/test`, credential)).toMatchObject({
      status: 200,
      json: { delivered: true, eventType: 'webhook.test', responseStatus: 200 },
    })
  })
})

describe('a test by a portal session', () => {
  it.each([
    [['endpoints:write'], null],
    [['endpoints:write', 'deliveries:content'], 'ok'],
  ])('200 with the receiver’s own words where its API key has %j: %j', async (permissions, responseBody) => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint()
    const token = await portalTokenOf(bed(), await apiKey(keyturn, tenantId, { permissions }), ['test'])
    const reply = await send('POST', `/v1/endpoints/${endpoint.id}/test`, bearer(token))
    expect(reply).toMatchObject({ status: 200, json: { delivered: true, responseStatus: 200, responseBody } })
  })
})

describe('TheSignup', () => {
  it('200 in its own shape', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint(thesignup)
    const reply = await send('POST', `/webhooks/${endpoint.id}/test`, bearer(await apiKey(thesignup, tenantId)))
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      delivered: true,
      responseStatus: 200,
      responseBody: 'ok',
      errorMessage: null,
      latencyMs: expect.any(Number),
    })
  })
})

describe('Storno', () => {
  it('200 in its own shape', async () => {
    const { world, send, apiKey } = bed()
    const { endpoint } = await world.addEndpoint(storno, {}, tenant)
    const init = jsonBody(await apiKey(storno, tenant), { eventType: 'invoice.paid' }, { 'X-Company': tenant })
    const reply = await send('POST', `/api/v1/webhooks/${endpoint.id}/test`, init)
    const id: unknown = Object(reply.json).deliveryUuid
    expect(reply).toMatchObject({
      status: 200,
      json: {
        status: 'success',
        eventType: 'invoice.paid',
        responseStatus: 200,
        responseBody: 'ok',
        requestPayload: { id, event: 'invoice.paid' },
        requestHeaders: {
          'user-agent': 'Storno-Webhook/1.0',
          'x-webhook-event': 'invoice.paid',
          'x-webhook-id': id,
          'x-webhook-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    })
  })
})
