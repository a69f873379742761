import { afterEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exam } from '../../../../cli/exam/exam'
import { secretsVariable } from '../../../../cli/exam/secrets'
import { runScript } from '../../../support/run-script'
import { selfSigned } from '../../../support/tls/self-signed'
import { whsec } from '../../verify/secrets'
import { type Arrived, examine, serve, stopServers } from './bed'
import { handmade } from './broken'
import { documentOf, otherSecret, standardRing } from './keys'

afterEach(stopServers)

const good = handmade({ keys: standardRing, other: otherSecret })

describe('test deliveries', () => {
  it('have ids of their own, of which the last is the first again, and say that they are tests', async () => {
    const ids: string[] = []
    const events: unknown[] = []
    const url = await serve(arrived => {
      ids.push(String(arrived.request.headers['webhook-id']))
      events.push(JSON.parse(arrived.body.toString()))
      return good(arrived)
    })
    await examine(url, documentOf(standardRing))
    expect(ids.length).toBeGreaterThan(15)
    expect(ids.at(-1)).toBe(ids[0])
    expect(new Set(ids).size).toBe(ids.length - 1)
    for (const event of events) {
      expect(event).toMatchObject({ type: 'webhook.test', data: { message: expect.stringContaining('test delivery') } })
    }
  })

  it('look like the sender’s, with its own headers', async () => {
    const seen: Arrived['request']['headers'][] = []
    const url = await serve(({ request }) => {
      seen.push(request.headers)
      return { status: 200 }
    })
    await examine(url, 'a-secret-of-16-bytes', { contract: 'github-repository' })
    expect(seen[0]).toMatchObject({ 'x-github-event': 'webhook.test', 'user-agent': 'GitHub-Hookshot/keyturn' })
  })

  it('follow no redirect', async () => {
    let led = 0
    const there = await serve(() => ({ status: (led += 1) && 200 }))
    const url = await serve(async arrived => {
      const reply = await good(arrived)
      return reply.status === 204 ? reply : { status: 307, headers: { location: there } }
    })
    const { rows } = await examine(url, documentOf(standardRing))
    expect(rows.find(({ id }) => id === 'wrong-key')).toMatchObject({
      answer: 307,
      verdict: 'wrong',
      reason: 'no refusal: a redirect, which is not followed',
    })
    expect(led).toBe(0)
  })
})

describe('no answer', () => {
  it('in time is no refusal', async () => {
    const url = await serve(arrived =>
      arrived.request.headers['webhook-signature'] === undefined ? new Promise(() => undefined) : good(arrived),
    )
    const { exitCode, rows, wrong } = await examine(url, documentOf(standardRing), { timeout: '1' })
    expect({ exitCode, wrong }).toEqual({ exitCode: 1, wrong: ['unsigned'] })
    expect(rows.find(({ id }) => id === 'unsigned')).toMatchObject({
      answer: 'timeout',
      reason: 'no refusal: The receiver did not answer in time',
    })
  })

  it('since the connection broke off is no refusal', async () => {
    const url = await serve(arrived => {
      if (arrived.request.headers['webhook-signature'] === undefined) arrived.request.socket.destroy()
      return good(arrived)
    })
    const { rows, wrong } = await examine(url, documentOf(standardRing))
    expect(wrong).toEqual(['unsigned'])
    expect(rows.find(({ id }) => id === 'unsigned')).toMatchObject({ answer: 'unreachable' })
  })

  it('from anybody at the first delivery ends the exam', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    await expect(examine(`http://127.0.0.1:${port}/hooks?token=word`, whsec(1))).rejects.toThrow(
      `no receiver at http://127.0.0.1:${port}/hooks: The receiver refuses connections`,
    )
  })

  it('in time at the first delivery leaves the others unsent', async () => {
    let arrived = 0
    const url = await serve(() => new Promise(() => void (arrived += 1)))
    const { exitCode, rows, wrong } = await examine(url, documentOf(standardRing), { timeout: '1' })
    expect({ exitCode, wrong, arrived }).toEqual({ exitCode: 1, wrong: ['genuine'], arrived: 1 })
    expect(rows[1]).toMatchObject({ answer: null, verdict: 'n/a', reason: 'the genuine delivery got no answer' })
  })

  it('is waited for where an answer has begun, but not for its body', async () => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(200).write('and')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { rows } = await examine(`http://127.0.0.1:${port}`, whsec(1))
    expect(rows[0]).toMatchObject({ id: 'genuine', answer: 200, verdict: 'right' })
    server.closeAllConnections()
    server.close()
  })
})

describe('a receiver over https', () => {
  it('is examined where Node.js trusts its certificate, and else nothing is sent', async () => {
    const certificate = selfSigned(new Date(Date.now() + 60 * 60 * 1000))
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-exam-tls-'))
    writeFileSync(join(folder, 'ca.pem'), certificate.cert)
    let arrived = 0
    const server = createTlsServer(certificate, (request, response) => {
      request.resume()
      arrived += 1
      response.writeHead(200).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const args = ['exam', url, '--scheme', 'svix', '--json']
    const variables = { KEYTURN_EXAM_SECRETS: whsec(1) }
    const untrusted = await runScript('cli/keyturn.ts', args, variables)
    expect(untrusted).toMatchObject({
      exitCode: 2,
      stderr: `{"error":"no receiver at ${url}/: The TLS connection failed"}\n`,
    })
    expect(arrived).toBe(0)
    const trusted = await runScript('cli/keyturn.ts', args, {
      ...variables,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    })
    expect(JSON.parse(trusted.stdout).rows[0]).toMatchObject({ id: 'genuine', answer: 200 })
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  })
})

describe('what an exam prints', () => {
  it('holds no secret, no signature and nothing that the receiver wrote', async () => {
    const signatures: string[] = []
    const url = await serve(async arrived => {
      signatures.push(...(arrived.request.headersDistinct['webhook-signature'] ?? []).flatMap(each => each.split(' ')))
      return { ...(await good(arrived)), headers: { 'x-echo': 'echoed' } }
    })
    const { text } = await examine(`${url}?token=word`, documentOf(standardRing))
    const hidden = [...standardRing.map(({ secret }) => secret.slice(6)), 'whsec_', 'word', 'echoed']
    expect(signatures.length).toBeGreaterThan(15)
    for (const each of [...hidden, ...signatures.map(signature => signature.slice(3, 20))]) {
      expect(text).not.toContain(each)
    }
  })

  it('says the reason of what is n/a', async () => {
    const { json } = await exam(
      { args: [await serve(() => ({ status: 204 }))], options: { scheme: 'body-hex:X-Sig' }, say: () => undefined },
      { environment: { [secretsVariable]: 'one-secret-of-16-bytes' } },
    )
    const { rows } = json as { readonly rows: readonly { readonly verdict: string; readonly reason: string }[] }
    const reasons = rows.filter(({ verdict }) => verdict === 'n/a').map(({ reason }) => reason)
    expect(new Set(reasons)).toEqual(
      new Set([
        'one secret was given: a document can have several',
        'a delivery has room for one signature',
        'the scheme has one signature',
        'one secret was given: a document can have ended keys',
        '--other-secrets names none of another endpoint',
        'the scheme signs no tenant',
        'the scheme signs no URL',
        'nothing in a delivery says when it was sent',
      ]),
    )
  })
})
