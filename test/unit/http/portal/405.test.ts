import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type PortalBed, portalBed } from './bed'

let bed: PortalBed

beforeAll(async () => {
  bed = await portalBed()
})

afterAll(() => bed.close())

describe('the portal', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('405 for %s, with what is allowed', async method => {
    for (const path of ['/portal', '/portal/mounts.json']) {
      const reply = await bed.get(path, { method })
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      expect(await reply.json()).toMatchObject({ code: 'method-not-allowed' })
      expect(reply.headers.get('content-security-policy')).toBe("default-src 'none'")
    }
    expect((await bed.get('/portal/nothing.js', { method })).status).toBe(404)
  })
})
