import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { openPortal, parentPages, parentPath } from '../../../local/portal-parent'

let server: AwsServer

beforeAll(async () => {
  server = await startAwsServer({ dataDir: null, port: 0, documents: parentPages('http://127.0.0.1:1') })
})

afterAll(() => server.close())

describe('the page around the portal', () => {
  it('200 with files of its own, and a frame of the API alone', async () => {
    const reply = await fetch(server.url + parentPath)
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = reply.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'")
    expect(policy).toContain('frame-src http://127.0.0.1:1')
    const files = [...(await reply.text()).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(files).toEqual([`${parentPath}/parent.css`, `${parentPath}/start.js`])
    for (const file of files) expect((await fetch(server.url + file)).status).toBe(200)
    const imported = await fetch(`${server.url}${parentPath}/open-portal.js`)
    expect([imported.headers.get('content-type'), await imported.text()]).toEqual([
      'text/javascript; charset=utf-8',
      openPortal,
    ])
  })

  it('hands over in the lines that the guide shows', () => {
    const [, shown] = /```js\n([^]*?)```/.exec(readFileSync('docs/portal.md', 'utf8')) ?? []
    expect(shown).toBe(openPortal)
  })

  it('404 for anything else, and 403 for a page of another origin', async () => {
    expect((await fetch(`${server.url}${parentPath}/x`)).status).toBe(404)
    expect((await fetch(`${server.url}/__proto__`)).status).toBe(404)
    const foreign = await fetch(server.url + parentPath, { headers: { origin: 'https://evil.example' } })
    expect(foreign.status).toBe(403)
  })
})
