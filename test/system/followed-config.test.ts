import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { openSessionIssuer, type SessionIssuer } from '../../local/session-issuer'
import { startLocalRun, type TestLocalRun } from '../support/local-run'

// The local run with the settings of a platform's own configuration, and what it prints of requests.

const folder = mkdtempSync(join(tmpdir(), 'keyturn-followed-'))
const config = join(folder, 'keyturn.config.mjs')
const dataDir = join(folder, 'data')
const buildDir = join(folder, 'build')
let issuer: SessionIssuer
let jwks: Server
let issuerUrl: string
let run: TestLocalRun

beforeAll(async () => {
  issuer = await openSessionIssuer(join(folder, 'session-key.json'))
  jwks = createServer((_, reply) => void reply.end(JSON.stringify(issuer.jwks))).listen(0, '127.0.0.1')
  await once(jwks, 'listening')
  issuerUrl = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}`
  const written = {
    stage: 'prod',
    contracts: [{ contract: 'keyturn' }],
    mirror: 'off',
    endpointsPerTenant: 1,
    corsOrigins: ['https://app.example.com'],
    sessions: {
      issuer: 'https://id.example.com',
      audience: 'keyturn',
      jwksUrl: `${issuerUrl}/jwks.json`,
      roleClaim: 'role',
      tenantClaim: 'tenant',
    },
  }
  writeFileSync(config, `export default ${JSON.stringify(written)}`)
  run = await startLocalRun({ dataDir, buildDir, config, requests: 'shown' })
})

afterAll(async () => {
  await run.stop()
  jwks.close()
  rmSync(folder, { recursive: true })
})

interface Call {
  readonly token: string
  readonly method?: string
  readonly body?: string
  readonly origin?: string
}

function keyturnCall(path: string, { token, origin, ...init }: Call): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return fetch(run.local.api + path, { ...init, headers: origin === undefined ? headers : { ...headers, origin } })
}

/** The line of a request once it is printed. */
async function lineOf(reply: Response): Promise<string> {
  const id = reply.headers.get('x-request-id') ?? ''
  for (;;) {
    const line = run
      .output()
      .split('\n')
      .find(each => id !== '' && each.endsWith(id))
    if (line !== undefined) return line
    await wait(10)
  }
}

describe('the local run with a configuration', () => {
  it('says at its start which it follows, where sessions come from and where the logs are', () => {
    const output = run.output()
    expect(output).toContain(`Configuration: ${config} (mirror, corsOrigins, endpointsPerTenant).`)
    expect(output).toContain(`Sessions: those of https://id.example.com, whose keys are at ${issuerUrl}/jwks.json.`)
    expect(output).toContain(`Logs: ${join(dataDir, 'logs')}, a file for each function.`)
    expect(existsSync(join(dataDir, 'logs', 'rotate.ndjson'))).toBe(true)
    expect(output).not.toContain('Read its mirror')
  })

  it('makes no more endpoints of a tenant than it says, and no mirror', async () => {
    const { apiKey, endpointId } = run.local.contracts.keyturn
    const made = await keyturnCall('/v1/endpoints', {
      method: 'POST',
      token: apiKey,
      body: '{"url":"https://receiver.example/2"}',
    })
    expect(made.status).toBe(409)
    const secret = await keyturnCall(`/v1/endpoints/${endpointId}/secret`, { token: apiKey })
    expect(await secret.json()).toMatchObject({ mirror: { state: 'off' } })
  })

  it('takes sessions of its issuer alone, and names none of its own', async () => {
    const { tenantId } = run.local.contracts.keyturn
    const session = { subject: 'user_1', role: 'admin', tenantId } as const
    const ours = await issuer.issue({ ...session, issuer: 'https://id.example.com' })
    const others = await issuer.issue({ ...session, issuer: run.local.aws })
    expect((await keyturnCall('/v1/endpoints', { token: ours })).status).toBe(200)
    expect((await keyturnCall('/v1/endpoints', { token: others })).status).toBe(401)
    expect(run.local.contracts.keyturn).not.toHaveProperty('adminSession')
  })

  it('lets the pages of its origins call, and no others', async () => {
    const { apiKey: token } = run.local.contracts.keyturn
    const from = (origin: string) => keyturnCall('/v1/endpoints', { token, origin })
    expect((await from('https://app.example.com')).status).toBe(200)
    expect((await from('https://other.example.com')).status).toBe(403)
  })
})

describe('a line a request', () => {
  it('has time, method, path without the query, status, milliseconds, contract and use', async () => {
    const { apiKey, endpointId } = run.local.contracts.keyturn
    const reply = await keyturnCall(`/v1/endpoints/${endpointId}?hidden=query`, { token: apiKey })
    expect(await lineOf(reply)).toMatch(
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z GET /v1/endpoints/${endpointId} ${reply.status} \\d+ ms keyturn/get \\S+=$`,
      ),
    )
    expect(run.output()).not.toContain('hidden')
  })

  it('holds neither the API key nor the secret that the reply reveals', async () => {
    const { apiKey, endpointId } = run.local.contracts.keyturn
    const before = run.output().length
    const reply = await keyturnCall(`/v1/endpoints/${endpointId}/secret/rotate`, { method: 'POST', token: apiKey })
    const { signingSecret } = (await reply.json()) as { signingSecret: string }
    expect(await lineOf(reply)).toContain('/secret/rotate 200 ')
    expect(run.output().slice(before)).not.toContain(apiKey)
    expect(run.output()).not.toContain(signingSecret)
  })

  it('is not printed with --quiet, which the start says', async () => {
    await run.stop()
    run = await startLocalRun({ dataDir, buildDir, config })
    const { apiKey } = run.local.contracts.keyturn
    expect((await keyturnCall('/v1/endpoints', { token: apiKey })).status).toBe(200)
    expect(await run.stop()).toBe(0)
    expect(run.output()).toContain('Requests are not shown here.')
    expect(run.output()).not.toContain(' GET /v1/endpoints')
  })
})
