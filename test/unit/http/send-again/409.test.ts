import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../../src/contracts/contract'
import { keyturn } from '../../../../src/contracts/keyturn'
import { thesignup } from '../../../../src/contracts/thesignup'
import { tumban } from '../../../../src/contracts/tumban'
import { neverDelivered } from '../../../../src/delivery/health'
import { bearer, harness, jsonBody } from '../harness'
import { storeDelivery } from '../stored-delivery'

/** A delivery that failed, at an endpoint that Keyturn paused for it. */
async function failedDelivery(contract: Contract) {
  const made = harness()
  const { tables, clock, send } = made
  const { endpoint } = await made.endpoint(contract, 'acme')
  const { messageId } = storeDelivery(made, endpoint, { status: 'failed' })
  const health = { ...neverDelivered, pausedAt: clock.now, pausedReason: 'gone' }
  tables.health.stored.set(`acme#${endpoint.id}`, { incarnation: endpoint.incarnation, health, resetAt: 0 })
  const token = await made.apiKey(keyturn, 'acme')
  return {
    ...made,
    messageId,
    delivery: () => tables.delivery.deliveries.get(messageId),
    sendAgain: () => send('POST', `/v1/deliveries/${messageId}/send-again`, bearer(token)),
    change: (body: object) => send('PATCH', `/v1/endpoints/${endpoint.id}`, jsonBody(token, body)),
  }
}

describe('POST /v1/deliveries/{id}/send-again', () => {
  it('409 while the endpoint is paused, by Keyturn or by its owner, and the delivery stays failed; else 202', async () => {
    const { sendAgain, change, delivery } = await failedDelivery(thesignup)
    const before = delivery()
    expect(await sendAgain()).toMatchObject({ status: 409, json: { code: 'endpoint-paused' } })
    await change({ status: 'active' })
    await change({ status: 'paused' })
    expect(await sendAgain()).toMatchObject({ status: 409, json: { code: 'endpoint-paused' } })
    expect(delivery()).toEqual(before)
    await change({ status: 'active' })
    expect(await sendAgain()).toMatchObject({ status: 202, json: { status: 'pending' } })
  })

  it('409 while the endpoint has no URL', async () => {
    const { sendAgain, change } = await failedDelivery(tumban)
    await change({ status: 'active', url: null })
    expect(await sendAgain()).toMatchObject({ status: 409, json: { code: 'endpoint-without-url' } })
  })
})

describe('TheSignup', () => {
  it('409 while the endpoint is paused, in its own shape', async () => {
    const { send, apiKey, messageId } = await failedDelivery(thesignup)
    const path = `/webhooks/deliveries/${messageId}/replay`
    const reply = await send('POST', path, bearer(await apiKey(thesignup, 'acme')))
    expect(reply).toMatchObject({ status: 409, json: { code: 'conflict', errors: [], cause: {} } })
  })
})
