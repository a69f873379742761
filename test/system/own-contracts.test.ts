import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { secretsManagerClient } from '../../src/aws/clients'
import { localClientOptions } from '../../local/aws-resources'
import { fetchAsCurl } from '../support/curl-request'
import { runScript } from '../support/run-script'
import { spawnLocalRun, startLocalRun, type TestLocalRun } from '../support/local-run'

// The local run with contracts of a platform's own, in a data folder that an earlier run without them has made.

const root = resolve(__dirname, '../..')
const buildDir = mkdtempSync(join(tmpdir(), 'keyturn-own-build-'))
const dataDir = mkdtempSync(join(tmpdir(), 'keyturn-own-'))
const folder = mkdtempSync(join(tmpdir(), 'keyturn-own-config-'))
const config = join(folder, 'keyturn.config.ts')
let run: TestLocalRun
let client: SecretsManagerClient

/** A platform's configuration: one contract whose vendor makes the secret, and one whose receivers do. */
const written = `
import { acmeworks } from '${root}/examples/platform/acmeworks'
import { brambleway } from '${root}/test/unit/contracts/made-up/brambleway'

export default {
  contracts: [
    { contract: 'keyturn' },
    { contract: acmeworks, basePath: '/acmeworks' },
    { contract: brambleway, basePath: '/brambleway' },
  ],
}
`

beforeAll(async () => {
  await (await startLocalRun({ dataDir, buildDir })).stop()
  writeFileSync(config, written)
  run = await startLocalRun({ dataDir, buildDir, config })
  client = secretsManagerClient(localClientOptions(run.local.aws, run.local.accessKeyId))
})

afterAll(async () => {
  client.destroy()
  await run.stop()
  for (const each of [buildDir, dataDir, folder]) rmSync(each, { recursive: true })
})

interface Described {
  readonly tenantId: string
  readonly endpointId: string
  readonly apiKey: string
}

function describedOf(name: string): Described {
  const contracts: Readonly<Record<string, unknown>> = run.local.contracts
  return contracts[name] as Described
}

/** The banner's command for a contract, done by fetch. */
async function curl(name: string): Promise<Response> {
  const [command = ''] = new RegExp(`^curl .*/${name}/.*$`, 'm').exec(run.output()) ?? []
  return fetchAsCurl(command)
}

async function current(name: string): Promise<string> {
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: `hook/${name}` }))
  return SecretString
}

async function isPending(name: string): Promise<boolean> {
  const described = await client.send(new DescribeSecretCommand({ SecretId: `hook/${name}` }))
  return Object.values(described.VersionIdsToStages ?? {}).some(stages => stages.includes('AWSPENDING'))
}

describe('the local run with a configuration', () => {
  it.each(['acmeworks', 'brambleway'])('rotates at %s by the command of its banner', async name => {
    const reply = await curl(name)
    expect(reply.status).toBe(200)
    const key: object = (await reply.json()) as object
    expect(key).toEqual(expect.objectContaining({ secret: expect.any(String) }))
  })

  it.each(['acmeworks', 'brambleway'])('lets the hook rotate at %s, whose secret it then keeps', async name => {
    expect(await current(name)).toContain('not rotated yet')
    // As AWS does, the local run tests a rotation once when it is set up, on a version that is pending meanwhile.
    while (await isPending(name)) await wait(20)
    const { VersionId = '' } = await client.send(new RotateSecretCommand({ SecretId: `hook/${name}` }))
    while ((await current(name)).includes('not rotated yet')) await wait(20)
    const document = JSON.parse(await current(name))
    expect(document).toMatchObject({ endpointId: describedOf(name).endpointId, keys: [{ id: expect.any(String) }] })
    expect(VersionId).not.toBe('')
  })

  it('makes API keys by npm run keys, with what they may do and for how long', async () => {
    const key = ['create', '--contract', 'acmeworks', '--tenant', describedOf('acmeworks').tenantId]
    const rights = ['--permission', 'hooks:write', '--expires', '90d']
    const made = await runScript('cli/keyturn.ts', ['keys', ...key, ...rights, '--data-dir', dataDir])
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    const [, text] = /^key {2}(acme_[\w-]{43})$/m.exec(made.stdout) ?? []
    const path = `/acmeworks/api/hooks/${describedOf('acmeworks').endpointId}/roll`
    const reply = await fetch(run.local.api + path, { method: 'POST', headers: { authorization: `Bearer ${text}` } })
    expect(reply.status).toBe(200)
  })

  it('keeps ids and API keys over a restart, and knows nothing of them without the configuration', async () => {
    const before = { acmeworks: describedOf('acmeworks'), brambleway: describedOf('brambleway') }
    await run.stop()
    expect(statSync(join(dataDir, 'seed.json')).mode & 0o777).toBe(0o600)
    run = await startLocalRun({ dataDir, buildDir })
    expect(Object.keys(run.local.contracts)).not.toContain('acmeworks')
    expect(existsSync(join(dataDir, 'own-contracts.json'))).toBe(false)
    await run.stop()
    run = await startLocalRun({ dataDir, buildDir, config })
    client.destroy()
    client = secretsManagerClient(localClientOptions(run.local.aws, run.local.accessKeyId))
    expect(describedOf('acmeworks')).toEqual(before.acmeworks)
    expect((await curl('brambleway')).status).toBe(200)
    expect(JSON.parse(readFileSync(join(dataDir, 'own-contracts.json'), 'utf8'))).toHaveLength(2)
  })

  it.each([
    ['a route that Keyturn has', "{ contract: { ...acmeworks, name: 'twin' } }, { contract: acmeworks }", /same route/],
    ['a base path where the portal is', "{ contract: 'keyturn', basePath: '/portal' }", /where the portal is/],
    ['a contract that contradicts itself', '{ contract: { ...acmeworks, cooldownSeconds: -1 } }', /cooldownSeconds/],
  ])('ends with one line where the configuration has %s', async (_, contracts, fault) => {
    const faulty = join(folder, 'faulty.ts')
    const line = `import { acmeworks } from '${root}/examples/platform/acmeworks'\n`
    writeFileSync(faulty, `${line}export default { contracts: [${contracts}] }\n`)
    const elsewhere = mkdtempSync(join(tmpdir(), 'keyturn-faulty-'))
    const { child, output } = spawnLocalRun(['--port', '4000', '--data-dir', elsewhere, '--config', faulty])
    const exitCode = await new Promise(ended => child.once('close', ended))
    rmSync(elsewhere, { recursive: true })
    expect([exitCode, output()]).toEqual([1, expect.stringMatching(fault)])
    expect(output().trimEnd().split('\n')).toHaveLength(1)
  })
})
