import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type PortalBed, portalBed } from './bed'

let bed: PortalBed

beforeAll(async () => {
  bed = await portalBed()
})

afterAll(() => bed.close())

describe('a path of the portal', () => {
  it.each([
    'nothing.js',
    'portal-AAAAAAAA.js',
    'portal.html',
    'embed.html',
    'openapi.json',
    'mounts.json.br',
    'index.js',
    '..%2Findex.js',
    '%2e%2e%2findex.js',
    '__proto__',
  ])('404 for the file %j, as a problem', async file => {
    const reply = await bed.get(`/portal/${file}`)
    expect([reply.status, reply.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(await reply.json()).toMatchObject({ status: 404, code: 'route-not-found' })
  })

  it('404 for frames where no origin is configured', async () => {
    expect((await bed.get('/portal/embed')).status).toBe(404)
    expect((await bed.get('/portal')).status).toBe(200)
  })
})
