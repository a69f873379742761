import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTable } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { dynamoDbClient } from '../../../src/aws/clients'
import { assertDocumented } from '../../support/documented-event'
import { runScript } from '../../support/run-script'
import { type AwsReply, startScriptedAws } from '../aws/scripted-aws'

// Against a table as it is deployed, with the configuration of examples/platform, which has a contract of its own.

const config = 'examples/platform/control-plane.ts'
const region = 'eu-central-1'
const table = ['--table', 'keyturn-prod', '--region', region]
/** What must be said of every key. */
const said = ['--permission', 'hooks:write', '--expires', '90d']
const read = ['--permission', 'endpoints:read', '--no-expiry']
let dataDir: string
let aws: AwsServer

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keyturn-keys-'))
  aws = await startAwsServer({ dataDir, port: 0, eventBuses: ['keyturn-prod', 'keyturn-blue'] })
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
  const client = dynamoDbClient({ endpoint: aws.url, region, credentials })
  await createTable({ client, name: 'keyturn-prod' })
  client.destroy()
})

afterAll(async () => {
  await aws.close()
  await rm(dataDir, { recursive: true })
})

function keys(...args: string[]) {
  return keysWith({}, ...args)
}

function keysWith(environment: Readonly<Record<string, string>>, ...args: string[]) {
  const credentials = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' }
  return runScript('cli/keyturn.ts', ['keys', ...args], { ...credentials, AWS_ENDPOINT_URL: aws.url, ...environment })
}

/** What is on the buses about an API key. */
async function toldOf(apiKeyId: string): Promise<readonly object[]> {
  const lines = (await readFile(join(dataDir, 'events.ndjson'), 'utf8')).split('\n').filter(line => line !== '')
  const events = lines.map(line => JSON.parse(line) as { readonly detail: { readonly apiKeyId: string } })
  return events.filter(({ detail }) => detail.apiKeyId === apiKeyId)
}

describe('npm run keys, for a contract of a platform’s own', () => {
  it('makes a key by the contract’s own rules, once the configuration is named', async () => {
    const made = await keys(
      'create',
      ...table,
      '--config',
      config,
      '--contract',
      'acmeworks',
      '--tenant',
      'org_1',
      ...said,
    )
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    expect(made.stdout).toMatch(/^id {3}key_\S+\nkey {2}acme_[\w-]{43}\n/)
    const listed = await keys('list', ...table)
    expect(listed.stdout).toMatch(/^key_\S+ +active +acmeworks +org_1 +hooks:write /m)
  })

  it('with --json prints one document, of which the key works on as an argument', async () => {
    const made = await keys('create', ...table, '--contract', 'keyturn', '--tenant', 'org_2', ...read, '--json')
    const { id, key, ...rest } = JSON.parse(made.stdout)
    expect(key).toMatch(/^kt_[\w-]{43}$/)
    expect(rest).toMatchObject({ state: 'active', contract: 'keyturn', tenantIds: ['org_2'], expiresAt: null })
    const revoked = await keys('revoke', id, ...table, '--json')
    expect(JSON.parse(revoked.stdout)).toEqual({ id, state: 'revoked', told: true })
    const listed = await keys('list', ...table, '--json')
    expect(JSON.parse(listed.stdout).keys).toContainEqual(expect.objectContaining({ id, state: 'revoked' }))
    expect(await keys('revoke', 'key_x', ...table, '--json')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: '{"error":"no key has the public id \\"key_x\\""}\n',
    })
  })

  it('makes no key of which permissions and expiry were not said, and says what to add', async () => {
    const refused = await keys('create', ...table, '--contract', 'keyturn', '--tenant', 'org_3')
    expect(refused).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^keyturn: --permission is missing.* --permission \S+ --expires 90d\n$/),
    })
    const [, line = ''] = / of: (.*)\n/.exec(refused.stderr) ?? []
    const made = await keys('create', ...table, '--contract', 'keyturn', '--tenant', 'org_3', ...line.split(' '))
    expect(made).toMatchObject({ exitCode: 0, stderr: '' })
    const listed = await keys('list', ...table, '--tenant', 'org_3', '--live', '--json')
    expect(JSON.parse(listed.stdout).keys).toMatchObject([{ tenantIds: ['org_3'], allTenants: false }])
  })

  it('makes a key for all tenants, which can hold keys:write', async () => {
    const platform = ['--all-tenants', '--permission', 'keys:write', '--expires', '90d', '--json']
    const made = await keys('create', ...table, '--contract', 'keyturn', ...platform)
    expect(JSON.parse(made.stdout)).toMatchObject({ allTenants: true, tenantIds: [], permissions: ['keys:write'] })
    const listed = await keys('list', ...table)
    expect(listed.stdout).toMatch(/^key_\S+ +active +keyturn +\(all\) +keys:write /m)
  })

  it('names the contract among those that --contract takes', async () => {
    const refused = await keys('create', ...table, '--config', config, '--contract', 'acme', '--tenant', 'org_1')
    expect(refused).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringMatching(/^keyturn: --contract takes one of .*, keyturn, (?:.*, )?acmeworks\n$/),
    })
  })

  it.each([
    ['no-such.config.ts', /^no-such.config.ts: there is no such file\n$/],
    ['examples/platform/acmeworks.ts', /^examples\/platform\/acmeworks.ts: has no default export\n$/],
  ])('says in one line what is wrong with %s', async (file, line) => {
    const refused = await keys(
      'create',
      ...table,
      '--config',
      file,
      '--contract',
      'acmeworks',
      '--tenant',
      'org_1',
      ...said,
    )
    expect(refused).toEqual({ exitCode: 1, stdout: '', stderr: expect.stringMatching(line) })
  })
})

const asked = ['--contract', 'keyturn', '--tenant', 'org_told', ...read]

describe('npm run keys, on the bus', () => {
  it('tells that a key was made and ended, by the operator, for each of its tenants', async () => {
    const made = await keys('create', ...table, ...asked, '--tenant', 'org_also', '--json')
    const { id, createdAt, told } = JSON.parse(made.stdout)
    expect([told, made.stderr]).toEqual([true, ''])
    expect(await keys('revoke', id, ...table)).toEqual({ exitCode: 0, stdout: `revoked ${id}\n`, stderr: '' })
    const events = await toldOf(id)
    const of = (type: string, tenantId: string) => ({
      source: 'keyturn',
      'detail-type': type,
      'event-bus-name': 'keyturn-prod',
      detail: {
        id: `${id}-${type.replace('api-key.', '')}-${tenantId}`,
        tenantId,
        contract: 'keyturn',
        permissions: ['endpoints:read'],
        expiresAt: null,
        actor: { kind: 'operator', id: 'keyturn keys' },
        reason: null,
      },
    })
    expect(events).toMatchObject([
      of('api-key.created', 'org_told'),
      of('api-key.created', 'org_also'),
      of('api-key.revoked', 'org_told'),
      of('api-key.revoked', 'org_also'),
    ])
    expect(events[0]).toMatchObject({ detail: { at: createdAt } })
    for (const event of events) assertDocumented(Object(event).detail)
  })

  it('tells once of a key for all tenants, on the bus that --bus names', async () => {
    const all = ['--contract', 'keyturn', '--all-tenants', '--permission', 'keys:write', '--expires', '90d', '--json']
    const { id } = JSON.parse((await keys('create', ...table, ...all, '--bus', 'keyturn-blue')).stdout)
    const [event, ...others] = await toldOf(id)
    expect(others).toEqual([])
    expect(event).toMatchObject({ 'event-bus-name': 'keyturn-blue', detail: { id: `${id}-created`, tenantId: null } })
    assertDocumented(Object(event).detail)
  })

  it('shows the key where there is no such bus, and says so; a repeated revoke tells what the first could not', async () => {
    const wrong = [...table, '--bus', 'keyturn-old']
    const made = await keys('create', ...wrong, ...asked)
    expect(made).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^id {3}key_\S+\nkey {2}kt_[\w-]{43}\n/),
      stderr: expect.stringMatching(/^keyturn: api-key\.created is not on .*: there is no such bus .* --bus .*\n$/),
    })
    const [, id = ''] = /^id {3}(\S+)/.exec(made.stdout) ?? []
    const revoked = await keys('revoke', id, ...wrong, '--json')
    expect([revoked.exitCode, JSON.parse(revoked.stdout)]).toEqual([1, { id, state: 'revoked', told: false }])
    expect(JSON.parse(revoked.stderr).warning).toMatch(/^api-key\.revoked is not on .* there is no such bus .* again/)
    expect(await toldOf(id)).toEqual([])
    const listed = await keys('list', ...table, '--json')
    const { revokedAt } = JSON.parse(listed.stdout).keys.find((key: { readonly id: string }) => key.id === id)
    expect((await keys('revoke', id, ...table)).exitCode).toBe(0)
    expect(await toldOf(id)).toMatchObject([{ 'detail-type': 'api-key.revoked', detail: { at: revokedAt } }])
  })

  const sdkText = 'User: arn:aws:iam::000000000000:user/ops is not authorized'
  const denied: AwsReply = { status: 400, body: { __type: 'AccessDeniedException', message: sdkText } }
  const entry = { ErrorCode: 'InternalFailure', ErrorMessage: sdkText }
  const failed: AwsReply = { status: 200, body: { FailedEntryCount: 1, Entries: [entry] } }
  it.each<[string, Readonly<Record<string, AwsReply>>, string]>([
    [
      'may not look the bus up',
      { DescribeEventBus: denied },
      'these AWS credentials lack events:DescribeEventBus on it',
    ],
    ['may put nothing on it', { PutEvents: denied }, 'these AWS credentials lack events:PutEvents on it'],
    ['is refused an event', { PutEvents: failed }, 'EventBridge did not take 1 of 1 events (InternalFailure)'],
  ])('shows the key to an operator who %s, and says why nothing was told', async (_, replies, why) => {
    const server = await startScriptedAws(operation => replies[operation] ?? { status: 200, body: {} })
    const made = await keysWith({ AWS_ENDPOINT_URL_EVENTBRIDGE: server.url }, 'create', ...table, ...asked, '--json')
    await server.close()
    expect([made.exitCode, JSON.parse(made.stdout)]).toMatchObject([0, { key: expect.any(String), told: false }])
    expect(JSON.parse(made.stderr).warning).toContain(`: ${why}. The API key is made all the same`)
    expect(made.stderr).not.toContain('arn:')
  })

  it('shows the key where nobody answers', async () => {
    const server = await startScriptedAws(() => null)
    await server.close()
    const made = await keysWith({ AWS_ENDPOINT_URL_EVENTBRIDGE: server.url }, 'create', ...table, ...asked)
    expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^key {2}kt_/m) })
    expect(made.stderr).toContain('it cannot be reached (ECONNREFUSED). The API key is made all the same')
  })

  it('refuses a bus that cannot be one before it makes anything', async () => {
    const refused = await keys('create', ...table, ...asked, '--bus', 'a bus')
    const allowed = '--bus takes the name or the ARN of an event bus, such as keyturn-prod, not "a bus"'
    expect(refused).toEqual({ exitCode: 1, stdout: '', stderr: `keyturn: ${allowed}\n` })
    const without = await keys('revoke', 'key_x', '--bus', 'keyturn-prod')
    expect(without).toEqual({ exitCode: 1, stdout: '', stderr: 'keyturn: --bus goes with --table\n' })
  })
})
