import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile, type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { loadFollowedConfig } from '../../config/load'
import { startLocalRun, type TestLocalRun } from '../support/local-run'

// The local run with the settings of a platform's own configuration and the sessions of the example's issuer, and what it
// prints of requests.

const folder = mkdtempSync(join(tmpdir(), 'keyturn-followed-'))
const config = join(folder, 'keyturn.config.mjs')
const dataDir = join(folder, 'data')
const buildDir = join(folder, 'build')
const issuerFile = resolve(__dirname, '../../examples/session-issuer/issuer.mjs')
let issuer: ChildProcess
let jwksUrl: string
let run: TestLocalRun

beforeAll(async () => {
  issuer = spawn(process.execPath, [issuerFile, 'serve'], {
    env: issuerEnvironment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said]: readonly unknown[] = await once(issuer.stdout ?? issuer, 'data')
  jwksUrl = /http:\S+/.exec(String(said))?.[0] ?? ''
  const written = {
    stage: 'prod',
    contracts: [{ contract: 'keyturn' }],
    mirror: 'off',
    endpointsPerTenant: 1,
    corsOrigins: ['https://app.example.com'],
    sessions: sessionsAt(jwksUrl),
  }
  writeFileSync(config, `export default ${JSON.stringify(written)}`)
  run = await startLocalRun({ dataDir, buildDir, config, requests: 'shown' })
})

afterAll(async () => {
  await run.stop()
  issuer.kill()
  rmSync(folder, { recursive: true })
})

const issuerEnvironment = { ...process.env, KEY_FILE: join(folder, 'issuer-key.json'), PORT: '0' }

/** What the example's issuer prints as a session of one person. */
async function session(options: readonly string[], env: NodeJS.ProcessEnv = issuerEnvironment): Promise<string> {
  const args = [issuerFile, 'token', '--subject', 'user_7', ...options]
  return (await promisify(execFile)(process.execPath, args, { env })).stdout.trim()
}

function sessionsAt(url: string) {
  const claims = { roleClaim: 'role', tenantClaim: 'tenant' }
  return { issuer: 'https://id.example.com', audience: 'keyturn', jwksUrl: url, ...claims }
}

interface Call {
  readonly token: string
  readonly method?: string
  readonly body?: string
  readonly origin?: string
  readonly tenant?: string
}

function keyturnCall(path: string, { token, origin, tenant, ...init }: Call): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(origin === undefined ? {} : { origin }),
    ...(tenant === undefined ? {} : { 'keyturn-tenant': tenant }),
  }
  return fetch(run.local.api + path, { ...init, headers })
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
    expect(output).toContain(`Sessions: those of https://id.example.com, whose keys are at ${jwksUrl}.`)
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
    const list = async (token: string) => (await keyturnCall('/v1/endpoints', { token })).status
    expect(await list(await session(['--role', 'admin', '--tenant', tenantId]))).toBe(200)
    const another = { ...issuerEnvironment, KEY_FILE: join(folder, 'another-key.json') }
    expect(await list(await session(['--role', 'admin', '--tenant', tenantId], another))).toBe(401)
    const fromElsewhere = { ...issuerEnvironment, ISSUER: 'https://other.example.com' }
    expect(await list(await session(['--role', 'admin', '--tenant', tenantId], fromElsewhere))).toBe(401)
    expect(run.local.contracts.keyturn).not.toHaveProperty('adminSession')
  })

  it('lets the pages of its origins call, and no others', async () => {
    const { apiKey: token } = run.local.contracts.keyturn
    const from = (origin: string) => keyturnCall('/v1/endpoints', { token, origin })
    expect((await from('https://app.example.com')).status).toBe(200)
    expect((await from('https://other.example.com')).status).toBe(403)
  })
})

describe("a session of the example's issuer", () => {
  const rotate = (token: string) => {
    const { endpointId } = run.local.contracts.keyturn
    return keyturnCall(`/v1/endpoints/${endpointId}/secret/rotate`, { method: 'POST', token })
  }

  it('200 to rotate as admin, and 403 as member, who may read', async () => {
    const { tenantId } = run.local.contracts.keyturn
    expect((await rotate(await session(['--role', 'admin', '--tenant', tenantId]))).status).toBe(200)
    const member = await session(['--role', 'member', '--tenant', tenantId])
    expect((await rotate(member)).status).toBe(403)
    expect((await keyturnCall('/v1/endpoints', { token: member })).status).toBe(200)
  })

  it('400 with several tenants of which none is named, 200 with one named, 404 for a tenant that is not among them', async () => {
    const { tenantId, endpointId } = run.local.contracts.keyturn
    const token = await session(['--role', 'admin', '--tenant', tenantId, '--tenant', 'org_other'])
    const get = async (tenant?: string) =>
      (await keyturnCall(`/v1/endpoints/${endpointId}`, { token, ...(tenant === undefined ? {} : { tenant }) })).status
    expect([await get(), await get(tenantId), await get('org_third')]).toEqual([400, 200, 404])
  })

  it('is configured as docs/sessions.md says', async () => {
    const [, text = ''] = /```js\n([^]*?)```/.exec(readFileSync('docs/sessions.md', 'utf8')) ?? []
    const file = join(folder, 'documented.ts')
    writeFileSync(file, text)
    const { own, settings } = await loadFollowedConfig(file)
    expect({ own, sessions: { ...settings.sessions, jwksUrl } }).toEqual({ own: [], sessions: sessionsAt(jwksUrl) })
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
