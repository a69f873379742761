import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tenantId } from '../../delivery/world'
import { deliveryBeds } from '../delivery-bed'
import { jsonBody } from '../harness'

const bed = deliveryBeds()

describe('POST /v1/events', () => {
  it('202 and the event is delivered; with its own id once only', async () => {
    const { world, send, apiKey } = bed()
    await world.addEndpoint()
    const init = jsonBody(await apiKey(keyturn, tenantId), { type: 'order.paid', payload: { total: 3 }, id: 'evt_own' })
    const reply = await send('POST', '/v1/events', init)
    expect([reply.status, reply.json]).toEqual([202, { id: 'evt_own' }])
    await send('POST', '/v1/events', init)
    await world.drain()
    expect(world.receiver.received.map(({ body }) => JSON.parse(body).data)).toEqual([{ total: 3 }])
  })
})
