import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../../src/contracts/storno'
import { teambattles } from '../../../../src/contracts/teambattles'
import { tumban } from '../../../../src/contracts/tumban'
import { bearer, harness, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

describe('GET /v1/endpoints/{id}', () => {
  it('200 for the tenant’s endpoints of other contracts too, by their ids in any case', async () => {
    const { send, token, endpoint } = await ownEndpoint()
    const { id } = (await endpoint(storno, tenant)).endpoint
    expect((await send('GET', `/v1/endpoints/${id.toUpperCase()}`, bearer(token))).status).toBe(200)
    const foreign = await endpoint(teambattles, 'game:g1')
    expect((await send('GET', `/v1/endpoints/${foreign.endpoint.id}`, bearer(token))).status).toBe(404)
  })
})

describe('Tumban', () => {
  it('200 shows the settings to any session or key, and never the secret', async () => {
    const { send, endpoint, apiKey } = harness()
    const { secret } = await endpoint(tumban, 'acme', { url: null })
    const reply = await send('GET', '/api/v2/org/settings', bearer(await apiKey(tumban, 'acme')))
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      org_id: 'acme',
      default_callback_url: null,
      total_scans_completed: 0,
      total_scans_dropped: 0,
      created_at: '2026-11-21T12:00:00.000000+00:00',
      updated_at: '2026-11-21T12:00:00.000000+00:00',
    })
    expect(reply.text).not.toContain(secret.reveal().slice(-4))
  })
})

describe('Storno', () => {
  it('200 gives the whole webhook with its secret masked', async () => {
    const { send, endpoint, apiKey } = harness()
    const { id } = (await endpoint(storno, tenant)).endpoint
    const headers = bearer(await apiKey(storno, tenant), { 'X-Company': tenant.toUpperCase() })
    await send('POST', `/api/v1/webhooks/${id}/regenerate-secret`, headers)
    const read = await send('GET', `/api/v1/webhooks/${id}`, headers)
    expect(read.status).toBe(200)
    expect(read.json).toEqual({
      uuid: id,
      url: 'https://receiver.example/hooks',
      description: 'orders',
      events: ['order.created'],
      isActive: true,
      createdAt: '2026-11-21T12:00:00Z',
      updatedAt: '2026-11-21T12:00:00Z',
      secret: `whsec_${'•'.repeat(24)}`,
      deliveriesCount: 0,
      lastDeliveryAt: null,
      lastDeliveryStatus: null,
    })
  })
})
