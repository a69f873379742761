import { describe, expect, it } from '@jest/globals'
import { bearer, jsonBody } from '../harness'
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

  it.each(['1e400', '-1e400', '1e-400', '9007199254740993', '12345678901234567890'])(
    '400 for a payload with %s, which receivers would get as another number',
    async number => {
      const { send, token } = await ownEndpoint()
      const body = `{"type": "order.paid", "payload": {"amounts": [1, ${number}]}}`
      const reply = await send('POST', '/v1/events', { ...bearer(token), body })
      expect(reply).toMatchObject({ status: 400, json: { errors: [{ path: 'payload.amounts.1' }] } })
    },
  )
})
