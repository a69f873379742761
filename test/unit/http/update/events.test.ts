import { describe, expect, it } from '@jest/globals'
import { neverDelivered } from '../../../../src/delivery/health'
import { eventsOf } from '../../../../src/rotation/events'
import { memoryEndpointStore } from '../../../support/memory/memory-endpoint-store'
import { NOON, tenant } from '../harness'
import { ownEndpoint } from '../own-endpoint'

// PATCH /v1/endpoints/{id}: what the sweep will tell of it.

async function bed() {
  const { tables, patch, id: endpointId } = await ownEndpoint()
  const stored = async () => {
    const endpoint = await memoryEndpointStore(tables.endpoints).load({ tenantId: tenant, endpointId })
    if (endpoint === null) throw new Error('the endpoint is stored')
    return endpoint
  }
  return {
    patch,
    /** Of all changes but the creation. */
    toldTypes: async () =>
      eventsOf(await stored(), NOON).flatMap(({ type }) => (type === 'endpoint.created' ? [] : type)),
    pauseByKeyturn: async () => {
      const { incarnation } = await stored()
      const health = { ...neverDelivered, pausedAt: NOON, pausedReason: 'too bad' }
      tables.health.stored.set(`${tenant}#${endpointId}`, { incarnation, health, resetAt: 0 })
    },
  }
}

describe('a change of the status', () => {
  it('200 is told as a pause, and as its end', async () => {
    const { patch, toldTypes } = await bed()
    expect((await patch({ status: 'paused' })).status).toBe(200)
    expect(await toldTypes()).toEqual(['endpoint.updated', 'endpoint.paused'])
    expect((await patch({ status: 'active' })).status).toBe(200)
    expect((await toldTypes()).slice(2)).toEqual(['endpoint.updated', 'endpoint.resumed'])
  })

  it('200 is told as the end of a pause by Keyturn, which no setting shows', async () => {
    const { patch, toldTypes, pauseByKeyturn } = await bed()
    await pauseByKeyturn()
    expect((await patch({ name: 'new' })).status).toBe(200)
    expect(await toldTypes()).toEqual(['endpoint.updated'])
    expect((await patch({ status: 'active' })).status).toBe(200)
    expect((await toldTypes()).slice(1)).toEqual(['endpoint.updated', 'endpoint.resumed'])
  })

  it('200 is told as no resume where nothing was paused', async () => {
    const { patch, toldTypes } = await bed()
    await patch({ status: 'active' })
    expect(await toldTypes()).toEqual(['endpoint.updated'])
  })
})
