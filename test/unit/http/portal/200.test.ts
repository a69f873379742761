import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { request } from 'node:http'
import { localMounts } from '../../../../scripts/bundle'
import { filesOf, type PortalBed, portalBed } from './bed'

let bed: PortalBed

beforeAll(async () => {
  bed = await portalBed({ PORTAL_EMBED_ORIGINS: 'https://app.example.com,https://app.example.org:8443' })
})

afterAll(() => bed.close())

const own = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
]

async function page(path: string) {
  const reply = await bed.get(path)
  expect(reply.status).toBe(200)
  return { text: await reply.text(), header: (name: string) => reply.headers.get(name) }
}

describe('the page of the portal', () => {
  it('200 with what a browser may load for it, and nobody has it in a frame', async () => {
    const { header } = await page('/portal')
    expect(header('content-security-policy')?.split('; ')).toEqual([...own, "frame-ancestors 'none'"])
    expect(header('x-frame-options')).toBe('DENY')
    expect(header('cross-origin-opener-policy')).toBe('same-origin')
  })

  it('200 for frames with the configured origins, which x-frame-options could not say', async () => {
    const { header } = await page('/portal/embed')
    const ancestors = 'frame-ancestors https://app.example.com https://app.example.org:8443'
    expect(header('content-security-policy')?.split('; ')).toEqual([...own, ancestors])
    expect([header('x-frame-options'), header('cross-origin-opener-policy')]).toEqual([null, null])
  })

  it.each(['/portal', '/portal/embed'])('200 at %s with headers that tell nobody anything', async path => {
    const { header } = await page(path)
    expect(header('content-type')).toBe('text/html; charset=utf-8')
    expect(header('cache-control')).toBe('no-cache')
    expect(header('referrer-policy')).toBe('no-referrer')
    expect(header('x-content-type-options')).toBe('nosniff')
    expect(header('cross-origin-resource-policy')).toBe('same-origin')
    expect(header('permissions-policy')).toMatch(/^clipboard-write=\(self\), .*camera=\(\).*usb=\(\)/)
    expect(header('set-cookie')).toBeNull()
    expect(header('x-request-id')).not.toBeNull()
  })

  it.each([
    ['/portal', 'page'],
    ['/portal/embed', 'embed'],
  ])('200 at %s with nothing inline, files of its own host, and its mode', async (path, mode) => {
    const { text } = await page(path)
    expect(text).toContain(`<div id="portal" data-mode="${mode}"></div>`)
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(text).toContain('<meta name="viewport"')
    expect(text).toMatch(/<title>\w+<\/title>[^]*<noscript>[^<]+<\/noscript>/)
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/)
    expect(filesOf(text).map(file => file.replace(/-[A-Z0-9]{8}\./, '-x.'))).toEqual([
      '/portal/icon-x.svg',
      '/portal/style-x.css',
      '/portal/portal-x.js',
    ])
  })
})

describe('a file of the portal', () => {
  it('200 for a year, since another content has another name', async () => {
    const { text } = await page('/portal')
    expect(filesOf(text)).toEqual(filesOf((await page('/portal/embed')).text))
    const types = ['image/svg+xml', 'text/css; charset=utf-8', 'text/javascript; charset=utf-8']
    for (const [at, file] of filesOf(text).entries()) {
      const { header } = await page(file)
      expect(header('content-type')).toBe(types[at])
      expect(header('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(header('cross-origin-resource-policy')).toBe('same-origin')
      expect(header('x-content-type-options')).toBe('nosniff')
      expect(header('content-security-policy')).toBe("default-src 'none'")
    }
  })

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['BR;q=0.5, gzip;q=1', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.000, gzip;q=0', null],
    ['*', 'br'],
    ['*;q=0', null],
    ['identity', null],
    ['gzipped', null],
    ['', null],
  ])('200 for accept-encoding %j is as %s, and caches are told', async (accepted, encoding) => {
    const paths = ['/portal', '/portal/embed', '/openapi.json', '/portal/mounts.json']
    for (const path of [...paths, ...filesOf((await page('/portal')).text)]) {
      const reply = await bed.get(path, { headers: { 'accept-encoding': accepted } })
      expect([reply.status, reply.headers.get('content-encoding')]).toEqual([200, encoding])
      expect(reply.headers.get('vary')).toBe('accept-encoding')
      expect(await reply.text()).toBe((await page(path)).text)
    }
  })

  it('200 without accept-encoding is as it stands', async () => {
    const headers = await new Promise((resolve, reject) => {
      request(`${bed.url}/portal`, reply => resolve(reply.resume().headers))
        .on('error', reject)
        .end()
    })
    expect(headers).toMatchObject({ 'content-length': expect.any(String), vary: 'accept-encoding' })
    expect(headers).not.toHaveProperty('content-encoding')
  })

  it('200 for HEAD is the same without a body', async () => {
    const [head, get] = await Promise.all([bed.get('/portal', { method: 'HEAD' }), bed.get('/portal')])
    expect([head.status, await head.text()]).toEqual([200, ''])
    const names = ['content-type', 'content-security-policy', 'etag', 'cache-control', 'content-encoding']
    for (const name of names) expect(head.headers.get(name)).toBe(get.headers.get(name))
  })

  it('304 for what the caller has, in whichever encoding it came', async () => {
    for (const path of ['/portal', '/portal/mounts.json']) {
      const etag = (await bed.get(path)).headers.get('etag') ?? ''
      const headers = { 'if-none-match': `"x", ${etag}`, 'accept-encoding': 'gzip' }
      const again = await bed.get(path, { headers })
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
      const other = await bed.get(path, { headers: { 'if-none-match': 'W/"x"' } })
      expect(other.status).toBe(200)
    }
  })
})

describe('what a deployment says of itself', () => {
  it('200 with the mounts, which say how each contract signs and rotates', async () => {
    const { text, header } = await page('/portal/mounts.json')
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(localMounts)))
    expect([header('content-type'), header('cache-control')]).toEqual(['application/json', 'no-cache'])
  })

  it('200 with its description', async () => {
    const { text, header } = await page('/openapi.json')
    expect(Object.keys(JSON.parse(text).paths)).toContain('/v1/endpoints/{id}/secret/rotate')
    expect([header('content-type'), header('cache-control')]).toEqual(['application/json', 'no-cache'])
  })
})
