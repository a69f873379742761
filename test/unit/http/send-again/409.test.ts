import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../../src/contracts/contract'
import { keyturn } from '../../../../src/contracts/keyturn'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tumban } from '../../../../src/contracts/tumban'
import { tenantId } from '../../delivery/world'
import { deliveryBeds, latestDelivery } from '../delivery-bed'
import { bearer, jsonBody } from '../harness'

const bed = deliveryBeds()

/** A delivery that failed because its receiver is gone, which also paused its endpoint. */
async function failedDelivery(contract: Contract) {
  const { world, send, apiKey } = bed()
  const { endpoint } = await world.addEndpoint(contract)
  world.receiver.answer = response => response.writeHead(410).end()
  await world.publish('order.paid')
  await world.drain()
  const token = await apiKey(keyturn, tenantId)
  const delivery = await latestDelivery(world)
  return {
    delivery,
    again: () => send('POST', `/v1/deliveries/${delivery.messageId}/send-again`, bearer(token)),
    change: (body: object) => send('PATCH', `/v1/endpoints/${endpoint.id}`, jsonBody(token, body)),
  }
}

describe('POST /v1/deliveries/{id}/send-again', () => {
  it('409 while the endpoint is paused, by Keyturn or by its owner, and the delivery stays failed; else 202', async () => {
    const { delivery, again, change } = await failedDelivery(thesignup)
    const { world, send, apiKey } = bed()
    expect(await again()).toMatchObject({ status: 409, json: { code: 'endpoint-paused' } })
    const vendorKey = bearer(await apiKey(thesignup, tenantId))
    const replayed = await send('POST', `/webhooks/deliveries/${delivery.messageId}/replay`, vendorKey)
    expect(replayed).toMatchObject({ status: 409, json: { code: 'conflict', errors: [], cause: {} } })
    await change({ status: 'active' })
    await change({ status: 'paused' })
    expect(await again()).toMatchObject({ status: 409, json: { code: 'endpoint-paused' } })
    expect(await latestDelivery(world)).toEqual(delivery)
    await change({ status: 'active' })
    expect(await again()).toMatchObject({ status: 202, json: { status: 'pending' } })
  })

  it('409 while the endpoint has no URL', async () => {
    const { again, change } = await failedDelivery(tumban)
    await change({ status: 'active', url: null })
    expect(await again()).toMatchObject({ status: 409, json: { code: 'endpoint-without-url' } })
  })
})
