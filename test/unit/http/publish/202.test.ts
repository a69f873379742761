import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { harness, jsonBody } from '../harness'

describe('POST /v1/events', () => {
  it('202 and the event is queued under its own id, by which it is delivered once only', async () => {
    const { send, apiKey, tables } = harness()
    const init = jsonBody(await apiKey(keyturn, 'acme'), { type: 'order.paid', payload: { total: 3 }, id: 'evt_own' })
    const reply = await send('POST', '/v1/events', init)
    expect([reply.status, reply.json]).toEqual([202, { id: 'evt_own' }])
    await send('POST', '/v1/events', init)
    const message = { kind: 'event', tenantId: 'acme', type: 'order.paid', payload: { total: 3 }, id: 'evt_own' }
    expect(tables.delivery.queued).toMatchObject([
      { message, delaySeconds: 0 },
      { message, delaySeconds: 0 },
    ])
  })

  it('202 gives the event an id where it has none', async () => {
    const { send, apiKey, tables } = harness()
    const init = jsonBody(await apiKey(keyturn, 'acme'), { type: 'order.paid', payload: null })
    const reply = await send('POST', '/v1/events', init)
    expect(reply).toMatchObject({ status: 202, json: { id: expect.stringMatching(/^evt_/) } })
    expect(tables.delivery.queued).toMatchObject([{ message: reply.json }])
  })
})
