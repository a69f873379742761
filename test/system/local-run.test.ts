import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { seedPlan } from '../../local/seed-plan'
import { secretsManagerClient } from '../../src/aws/clients'
import { allContracts } from '../../src/contracts/all'
import { mirrorName } from '../../src/rotation/mirror'
import { fetchAsCurl } from '../support/curl-request'
import { spawnLocalRun, startLocalRun, type TestLocalRun } from '../support/local-run'

const buildDir = mkdtempSync(join(tmpdir(), 'keyturn-build-'))
let run: TestLocalRun

beforeAll(async () => {
  run = await startLocalRun({ buildDir })
})

afterAll(async () => {
  await run.stop()
  rmSync(buildDir, { recursive: true })
})

describe('local.json', () => {
  it('is readable for its owner alone, and has the agreed members', () => {
    expect(statSync(join(run.dataDir, 'local.json')).mode & 0o777).toBe(0o600)
    const text = expect.any(String)
    const common = { tenantId: text, endpointId: text, mirror: text }
    const foreign = { ...common, foreignEndpointId: text }
    const sessions = { adminSession: text, memberSession: text }
    expect(run.local).toEqual({
      api: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      aws: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      region: text,
      accessKeyId: text,
      secretAccessKey: text,
      table: text,
      stage: 'local',
      contracts: {
        tumban: { ...common, endpointId: 'org', ...sessions, apiKey: expect.stringMatching(/^sk_[0-9a-f]{64}$/) },
        thesignup: { ...foreign, apiKey: expect.stringMatching(/^sgn_live_/) },
        storno: { ...foreign, company: text, token: text, tokenWithoutPermission: text },
        featurebase: { ...foreign, apiKey: text },
        teambattles: { ...foreign, apiKey: text, freePlanApiKey: text, apiKeyWithoutPermission: text },
        keyturn: { ...foreign, apiKey: text, readOnlyApiKey: text, platformApiKey: text, ...sessions },
      },
    })
    expect(run.local.contracts.storno.company).toBe(run.local.contracts.storno.tenantId)
  })

  it('serves the public key of the sessions', async () => {
    const reply = await fetch(`${run.local.aws}/.well-known/jwks.json`)
    expect(await reply.json()).toMatchObject({ keys: [{ kty: 'EC', alg: 'ES256' }] })
  })
})

describe('the description of the API', () => {
  const get = (path: string): Promise<Response> => fetch(run.local.api + path)

  it('is of what is mounted, and valid OpenAPI', async () => {
    const reply = await get('/openapi.json')
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/json'])
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff')
    const description = (await reply.json()) as { readonly paths: Readonly<Record<string, object>> }
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    const mounted = allContracts.flatMap(({ operations }) => operations.map(({ method, path }) => `${method} ${path}`))
    expect(described.toSorted()).toEqual([...new Set(mounted)].toSorted())
    expect(await new Validator().validate({ ...description })).toMatchObject({ valid: true })
  })

  it('has GET alone', async () => {
    const reply = await fetch(`${run.local.api}/openapi.json`, { method: 'POST' })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET'])
    expect(await reply.json()).toMatchObject({ code: 'method-not-allowed' })
  })

  it('is a page that loads nothing from elsewhere', async () => {
    expect(run.output()).toContain(`${run.local.api}/_docs`)
    const page = await get('/_docs')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toMatch(/https?:|\*/)
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
    expect(files.length).toBeGreaterThan(2)
    for (const file of files) expect((await get(file)).status).toBe(200)
    expect(await (await get('/_docs/start.js')).text()).toContain('"/openapi.json"')
  })
})

describe('the portal', () => {
  it('200 at the API, and in the frame of the AWS endpoint’s page alone', async () => {
    const { api, aws } = run.local
    const [page, embed] = await Promise.all([fetch(`${api}/portal`), fetch(`${api}/portal/embed`)])
    expect([page.status, embed.status]).toEqual([200, 200])
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(embed.headers.get('content-security-policy')).toMatch(
      new RegExp(`frame-ancestors ${aws} ${aws.replace('127.0.0.1', 'localhost')}$`),
    )
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file)
    for (const file of [...files, '/portal/mounts.json']) expect((await fetch(api + file)).status).toBe(200)
    expect((await fetch(`${api}/portal/nothing.js`)).status).toBe(404)
    expect((await fetch(`${api}/portal`, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${aws}/_portal-parent`)).status).toBe(200)
  })
})

describe('the banner', () => {
  it('has a command for each contract that rotates its secret', async () => {
    const commands = run.output().match(/^curl .*$/gm) ?? []
    const statuses = await Promise.all(commands.map(async command => (await fetchAsCurl(command)).status))
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200])
  })

  it('has a command that reads a mirror', () => {
    const { aws, contracts } = run.local
    expect(run.output()).toContain(`--endpoint-url ${aws} --secret-id '${contracts.keyturn.mirror}'`)
  })
})

describe('foreign endpoints', () => {
  it('exist, each with a mirror', async () => {
    const client = secretsManagerClient({ endpoint: run.local.aws, region: 'us-east-1', credentials: run.local })
    const { thesignup, storno, featurebase, teambattles, keyturn } = seedPlan
    const names = [thesignup, storno, featurebase, teambattles, keyturn].map(({ foreign }) =>
      mirrorName('local', foreign.tenantId, foreign.endpointId),
    )
    const read = await Promise.all(names.map(SecretId => client.send(new DescribeSecretCommand({ SecretId }))))
    client.destroy()
    expect(read.map(({ Name }) => Name)).toEqual(names)
  })

  it.each(['thesignup', 'storno', 'featurebase', 'teambattles', 'keyturn'] as const)(
    '404 for the one of %s, like an unknown id',
    async name => {
      const commands = run.output().match(/^curl .*$/gm) ?? []
      const { endpointId, foreignEndpointId } = run.local.contracts[name]
      const command = commands.find(each => each.includes(endpointId)) ?? ''
      const unknownId = foreignEndpointId.replace(/.$/, '7')
      const [foreign, unknown] = await Promise.all(
        [foreignEndpointId, unknownId].map(async id => {
          const reply = await fetchAsCurl(command.replace(endpointId, id))
          return [reply.status, await reply.text()]
        }),
      )
      expect(foreign?.[0]).toBe(404)
      expect(foreign).toEqual(unknown)
    },
  )
})

describe('what answers', () => {
  it('is the bundle on the disk', async () => {
    const bundle = join(buildDir, 'endpoints', 'index.js')
    const built = readFileSync(bundle)
    const health = async () => (await fetch(`${run.local.api}/health`)).json()
    expect(await health()).toMatchObject({ status: 'ok' })
    writeFileSync(bundle, 'exports.handler = async () => ({ statusCode: 200, body: "{}" })')
    expect(await health()).toEqual({})
    writeFileSync(bundle, built)
    expect(await health()).toMatchObject({ status: 'ok' })
  })

  it('has the contracts that stand beside it', async () => {
    const file = join(buildDir, 'endpoints', 'mounts.json')
    const mounts = readFileSync(file, 'utf8')
    const health = async () => (await fetch(`${run.local.api}/health`)).status
    writeFileSync(file, '[]')
    expect(await health()).toBe(404)
    writeFileSync(file, mounts)
    expect(await health()).toBe(200)
  })
})

describe('a second local run', () => {
  it.each([
    ['a port that is in use', () => ['--port', portOf(run.local.api)], /^keyturn: port \d+ is in use; .*\n$/],
    [
      'a next port that is in use',
      () => ['--port', String(Number(portOf(run.local.api)) - 1)],
      /^keyturn: port \d+ is in use; .*\n$/,
    ],
    [
      'the data folder of a running one',
      () => ['--data-dir', run.dataDir],
      /^keyturn: the data directory .* is in use .*\n$/,
    ],
    [
      'a data folder that cannot be made',
      () => ['--data-dir', '/proc/x'],
      /^keyturn: the data directory \/proc\/x cannot be written \(ENOENT\)\n$/,
    ],
    ['an option that it does not know', () => ['--prot', '1'], /^keyturn: Unknown option '--prot' .*\n$/],
  ])('ends with one line for %s', async (_, args, line) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'keyturn-second-'))
    const { child, output } = spawnLocalRun(['--data-dir', dataDir, '--build-dir', buildDir, ...args()])
    const [exitCode] = (await once(child, 'close')) as [number]
    rmSync(dataDir, { recursive: true })
    expect([exitCode, output()]).toEqual([1, expect.stringMatching(line)])
    expect(existsSync(join(run.dataDir, 'local.json'))).toBe(true)
  })
})

describe('npm run keys', () => {
  it('makes a key that works, lists it, and revokes it', async () => {
    const { endpointId, tenantId } = run.local.contracts.keyturn
    const said = ['--permission', 'endpoints:rotate', '--expires', '1d', '--name', 'CI']
    const made = await keys('create', '--contract', 'keyturn', '--tenant', tenantId, ...said)
    const [, id = '', key = ''] = /^id {3}(\S+)\nkey {2}(\S+)\n/.exec(made.stdout) ?? []
    const rotate = () =>
      fetch(`${run.local.api}/v1/endpoints/${endpointId}/secret/rotate`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
      })
    expect((await rotate()).status).toBe(200)
    expect((await keys('list')).stdout).toMatch(new RegExp(`^${id} +active +keyturn +${tenantId} .* CI$`, 'm'))
    expect((await keys('revoke', id)).stdout).toBe(`revoked ${id}\n`)
    expect((await rotate()).status).toBe(401)
    expect((await keys('list')).stdout).toMatch(new RegExp(`^${id} +revoked `, 'm'))
  })

  it('ends with one line for a key that does not exist', async () => {
    const refused = await keys('revoke', 'key_x')
    expect(refused).toEqual({ exitCode: 1, stdout: '', stderr: 'keyturn: no key has the public id "key_x"\n' })
  })
})

function portOf(url: string): string {
  return new URL(url).port
}

async function keys(...args: string[]) {
  const script = resolve(__dirname, '../../cli/keyturn.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, 'keys', ...args, '--data-dir', run.dataDir], {
    cwd: resolve(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => (texts.stdout += String(chunk)))
  child.stderr.on('data', chunk => (texts.stderr += String(chunk)))
  const [exitCode] = (await once(child, 'close')) as [number]
  return { exitCode, ...texts }
}
