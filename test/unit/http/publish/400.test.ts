import { describe, expect, it } from '@jest/globals'
import { jsonBody } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('POST /v1/events', () => {
  it.each([
    [{ payload: {} }, 'type'],
    [{ type: 'order.paid' }, 'payload'],
    [{ type: 'order paid', payload: {} }, 'type'],
    [{ type: 'order.paid', payload: {}, id: 'a#b' }, 'id'],
    [{ type: 'order.paid', payload: {}, extra: 1 }, 'extra'],
    [{ type: 'order.paid', payload: {}, tenantId: 'org_2' }, 'tenantId'],
  ])('400 for %j, naming %s', async (body, path) => {
    const { send, token } = await ownEndpoint()
    const reply = await send('POST', '/v1/events', jsonBody(token, body))
    expect(reply).toMatchObject({ status: 400, json: { code: 'invalid-request', errors: [{ path }] } })
  })
})
