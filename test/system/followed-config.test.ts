import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile, type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { loadFollowedConfig } from '../../config/load'
import type { Mount } from '../../src/contracts/routes'
import { fetchAsCurl } from '../support/curl-request'
import { startLocalRun, type TestLocalRun } from '../support/local-run'
import { runScript } from '../support/run-script'

// The local run with the settings of a platform's own configuration, our own API at its base path and the sessions of the
// example's issuer, and what it prints of requests.

const folder = mkdtempSync(join(tmpdir(), 'keyturn-followed-'))
const config = join(folder, 'keyturn.config.mjs')
const dataDir = join(folder, 'data')
const buildDir = join(folder, 'build')
const issuerFile = resolve(__dirname, '../../examples/session-issuer/issuer.mjs')
const basePath = '/api/hooks'
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
    contracts: [{ contract: 'keyturn', basePath }],
    mirror: 'off',
    endpointsPerTenant: 1,
    corsOrigins: ['https://app.example.com'],
    sessions: sessionsAt(jwksUrl),
    deliveries: { concurrency: 20, pauseAfterHours: 3 },
    throttle: { requestsPerSecond: 10, burst: 20 },
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

/** `path`: below the base path. */
function keyturnCall(path: string, { token, origin, tenant, ...init }: Call): Promise<Response> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    ...(origin === undefined ? {} : { origin }),
    ...(tenant === undefined ? {} : { 'keyturn-tenant': tenant }),
  }
  return fetch(run.local.api + basePath + path, { ...init, headers })
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
    expect(output).toContain(
      `Configuration: ${config} (mirror, corsOrigins, deliveries.pauseAfterHours, endpointsPerTenant).`,
    )
    expect(output).toContain(
      'Contracts: keyturn at /api/hooks; not mounted by it, and here all the same: tumban, thesignup, storno, featurebase, teambattles.',
    )
    expect(output).toContain('Not followed here: stage, deliveries.concurrency, throttle.')
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
    const description = await (await fetch(`${run.local.api}${basePath}/openapi.json`)).text()
    expect(description).toContain('"default":"off"')
    expect(description).not.toContain('"default":"on"')
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
    const allowed = await from('https://app.example.com')
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example.com',
    ])
    expect((await from('https://other.example.com')).status).toBe(403)
  })
})

describe('our own API at its base path', () => {
  const statusOf = async (path: string) => (await fetch(run.local.api + path)).status

  it('answers there, and nowhere else', async () => {
    const paths = ['/health', '/openapi.json', '/v1/session']
    expect(await Promise.all(paths.map(path => statusOf(basePath + path)))).toEqual([200, 200, 401])
    expect(await Promise.all(paths.map(path => statusOf(path)))).toEqual([404, 404, 404])
  })

  it('is described there, also to the page that shows it, and the portal stays at the root', async () => {
    const described = `${basePath}/openapi.json`
    const { paths } = (await (await fetch(run.local.api + described)).json()) as { readonly paths: object }
    expect(Object.keys(paths)).toContain(`${basePath}/v1/endpoints`)
    expect(Object.keys(paths)).not.toContain('/v1/endpoints')
    expect(run.output()).toContain(`${run.local.api}${described} (OpenAPI)`)
    expect(await (await fetch(`${run.local.api}/_docs/start.js`)).text()).toContain(`"${described}"`)
    expect(await statusOf('/portal')).toBe(200)
    const mounts = (await (await fetch(`${run.local.api}/portal/mounts.json`)).json()) as readonly Mount[]
    expect(mounts.filter(mount => mount.basePath !== '')).toMatchObject([{ contract: { name: 'keyturn' }, basePath }])
  })

  it('is where the printed commands rotate, and those of a receiver go', async () => {
    const [rotate = ''] = /^curl .*\/secret\/rotate .*$/m.exec(run.output()) ?? []
    expect((await fetchAsCurl(rotate)).status).toBe(200)
    const [, subscribe = ''] = /^ {2}(curl -X PATCH .*)$/m.exec(run.output()) ?? []
    expect((await fetchAsCurl(subscribe)).status).toBe(200)
    const [, publish = ''] = /^ {2}(curl -X POST .*\/v1\/events .*)$/m.exec(run.output()) ?? []
    expect((await fetchAsCurl(publish)).status).toBe(202)
  })

  it('opens the portal by a printed link, and by one that the command makes, up to the session', async () => {
    const followed = await fetch(`${run.local.api}/_portal/keyturn`, { redirect: 'manual' })
    const made = await runScript('cli/keyturn.ts', ['portal-link', '--data-dir', dataDir])
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    for (const url of [followed.headers.get('location') ?? '', made.stdout.split('\n')[0] ?? '']) {
      expect(url).toMatch(new RegExp(`^${run.local.api}/portal#kpc_`))
      expect(await sessionOf(url)).toMatchObject({ kind: 'portal', tenantId: run.local.contracts.keyturn.tenantId })
    }
  })

  /** What the page does with a link. */
  async function sessionOf(url: string): Promise<unknown> {
    const { origin, hash } = new URL(url)
    const reply = await fetch(`${origin}${basePath}/v1/portal-sessions/exchange`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ code: hash.slice(1), nonce: 'n'.repeat(43) }),
    })
    const { id } = (await reply.json()) as { readonly id: string }
    const cookie = reply.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const headers = { cookie, 'keyturn-portal-session': id }
    return (await fetch(`${origin}${basePath}/v1/session`, { headers })).json()
  }
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
    const { mounts, settings } = await loadFollowedConfig(file)
    expect(mounts.map(({ contract }) => contract.name)).toEqual(['keyturn'])
    expect({ ...settings.sessions, jwksUrl }).toEqual(sessionsAt(jwksUrl))
  })
})

describe('a line a request', () => {
  it('has time, method, path without the query, status, milliseconds, contract and use', async () => {
    const { apiKey, endpointId } = run.local.contracts.keyturn
    const reply = await keyturnCall(`/v1/endpoints/${endpointId}?hidden=query`, { token: apiKey })
    expect(await lineOf(reply)).toMatch(
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z GET /api/hooks/v1/endpoints/${endpointId} ${reply.status} \\d+ ms keyturn/get \\S+=$`,
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
    expect(run.output()).not.toContain(' GET /api/hooks/v1/endpoints')
  })
})
