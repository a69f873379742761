import { describe, expect, it } from '@jest/globals'
import type { ControlPlaneBed } from './bed'

const text = expect.any(String)

/** What the vendors document besides the rotation. */
export function vendorReadsSuite(bed: () => ControlPlaneBed): void {
  describe("tumban's settings", () => {
    it.each(['adminSession', 'memberSession', 'apiKey'] as const)('200 for the %s, without the secret', async name => {
      const { api, local } = bed()
      const { tenantId, [name]: token } = local.contracts.tumban
      const reply = await api.call('GET', '/api/v2/org/settings', { token })
      expect([reply.status, reply.json]).toEqual([
        200,
        {
          org_id: tenantId,
          default_callback_url: 'https://receiver.example/tumban',
          total_scans_completed: 0,
          total_scans_dropped: 0,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
          updated_at: text,
        },
      ])
    })

    it('404 for the rotation without /org/ in its path', async () => {
      const { api, local } = bed()
      const { adminSession: token } = local.contracts.tumban
      const reply = await api.call('POST', '/api/v2/webhook-secret/rotate', { token })
      expect([reply.status, reply.json]).toEqual([404, { detail: text }])
    })
  })

  describe("storno's webhook", () => {
    it('200 with the masked secret', async () => {
      const { api, local } = bed()
      const { token, company, endpointId } = local.contracts.storno
      const reply = await api.call('GET', `/api/v1/webhooks/${endpointId}`, {
        token,
        headers: { 'x-company': company },
      })
      expect([reply.status, reply.json]).toEqual([
        200,
        {
          uuid: endpointId,
          url: 'https://receiver.example/storno',
          description: 'Made by the local run',
          events: ['*'],
          isActive: true,
          secret: `whsec_${'•'.repeat(24)}`,
          createdAt: text,
          updatedAt: text,
          deliveriesCount: 0,
          lastDeliveryAt: null,
          lastDeliveryStatus: null,
        },
      ])
    })
  })
}
