import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createTable } from '../../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../../local/aws-server/server'
import { dynamoDbClient } from '../../../src/aws/clients'
import { runScript } from '../../support/run-script'

// Against a table as it is deployed, with the configuration of examples/platform, which has a contract of its own.

const config = 'examples/platform/control-plane.ts'
const region = 'eu-central-1'
const table = ['--table', 'keyturn-prod', '--region', region]
/** What must be said of every key. */
const said = ['--permission', 'hooks:write', '--expires', '90d']
const read = ['--permission', 'endpoints:read', '--no-expiry']
let aws: AwsServer

beforeAll(async () => {
  aws = await startAwsServer({ dataDir: null, port: 0, eventBuses: ['keyturn-prod'] })
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' }
  const client = dynamoDbClient({ endpoint: aws.url, region, credentials })
  await createTable({ client, name: 'keyturn-prod' })
  client.destroy()
})

afterAll(() => aws.close())

function keys(...args: string[]) {
  const credentials = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any' }
  return runScript('cli/keyturn.ts', ['keys', ...args], { ...credentials, AWS_ENDPOINT_URL: aws.url })
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

  it('lists a contract of the configuration, and refuses a word that is none', async () => {
    const own = await keys('list', ...table, '--config', config, '--contract', 'acmeworks', '--tenant', 'org_none')
    expect(own).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ID .*\n$/) })
    const refused = await keys('list', ...table, '--config', config, '--contract', 'Storno')
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

describe('npm run keys, where there is no such bus', () => {
  it('shows the key and says so on stderr; a repeated revoke tells what the first could not', async () => {
    const wrong = [...table, '--bus', 'keyturn-old']
    const made = await keys('create', ...wrong, '--contract', 'keyturn', '--tenant', 'org_told', ...read)
    expect(made).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^id {3}key_\S+\nkey {2}kt_[\w-]{43}\n/),
      stderr: expect.stringMatching(/^keyturn: api-key\.created is not on the event bus keyturn-old, .* --bus .*\n$/),
    })
    const [, id = ''] = /^id {3}(\S+)/.exec(made.stdout) ?? []
    const revoked = await keys('revoke', id, ...wrong, '--json')
    expect([revoked.exitCode, JSON.parse(revoked.stdout)]).toEqual([1, { id, state: 'revoked', told: false }])
    expect(JSON.parse(revoked.stderr).warning).toMatch(/^api-key\.revoked is not on .*: there is no such bus .* again/)
    expect(await keys('revoke', id, ...table)).toEqual({ exitCode: 0, stdout: `revoked ${id}\n`, stderr: '' })
  })
})
