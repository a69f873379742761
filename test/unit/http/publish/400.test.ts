import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { eventTable } from '../../../../src/http/body/event'
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

  it('400 for a payload that is nested 100 deep, where 99 are taken', async () => {
    const { send, token } = await ownEndpoint()
    const publish = (depth: number) => {
      const payload = `${'['.repeat(depth)}${']'.repeat(depth)}`
      return send('POST', '/v1/events', { ...bearer(token), body: `{"type": "order.paid", "payload": ${payload}}` })
    }
    expect((await publish(99)).status).toBe(202)
    expect(await publish(100)).toMatchObject({ status: 400, json: { errors: [{ path: 'body' }] } })
    expect(eventTable('any').payload.schema).toEqual({
      description: expect.stringContaining('nested at most 99 deep'),
    })
    expect(readFileSync('docs/deliveries.md', 'utf8')).toContain('nested at most 99 deep')
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
