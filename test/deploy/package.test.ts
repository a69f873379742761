import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { createQueues, createTable, localAws, localClientOptions } from '../../local/aws-resources'
import { type AwsServer, startAwsServer } from '../../local/aws-server/server'
import { dynamoDbClient } from '../../src/aws/clients'
import { copyOfProject, installed, pack } from '../support/packed'
import { storedFiles } from './support/stored-files'

const root = resolve(__dirname, '../..')

interface Ended {
  readonly failed: boolean
  readonly stdout: string
  readonly stderr: string
}

describe('the packed package in an empty folder', () => {
  let folder: string
  let project: string
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-package-'))
    project = mkdtempSync(join(tmpdir(), 'keyturn-packed-'))
    copyOfProject(project)
    installed(folder, pack(project, folder))
  })

  afterAll(() => {
    for (const each of [folder, project]) rmSync(each, { recursive: true })
  })

  it('throws errors of one class from both, so that a receiver can tell them', () => {
    const script = `
      const { WebhookVerificationError } = require('keyturn/verify')
      const { mirroredSecrets } = require('keyturn/secrets-manager')
      const key = { id: 'key_1', secret: 'whsec_c2VjcmV0', createdAt: new Date(), expiresAt: null }
      const text = JSON.stringify({ signingSecret: key.secret, keys: [key] })
      const client = { send: async () => ({ SecretString: text, VersionId: 'v', CreatedDate: new Date() }) }
      mirroredSecrets({ secretId: 'x', client }).verify('{}', {}).catch(error => {
        console.log(error.code, error instanceof WebhookVerificationError)
      })`
    const printed = execFileSync('node', ['-e', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
    })
    expect(printed).toBe('missing-header true\n')
  })

  it('has the lock file that CDKTF’s command line is installed from', () => {
    for (const file of ['package.json', 'package-lock.json']) {
      const packed = readFileSync(join(folder, 'node_modules/keyturn/dist/cli/cdktf-cli', file))
      expect(packed).toEqual(readFileSync(join(root, 'cli/cdktf-cli', file)))
    }
  })

  it('has no other way in', () => {
    expect(() =>
      execFileSync('node', ['-e', "require('keyturn/src/rotation/secret')"], { cwd: folder, stdio: 'pipe' }),
    ).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/)
  })

  it('type-checks and synthesises the platform example beside CDKTF', () => {
    for (const peer of ['cdktf', 'constructs', '@cdktf', 'archiver', 'json-stable-stringify', 'semver', 'tsx'])
      symlinkSync(join(root, 'node_modules', peer), join(folder, 'node_modules', peer))
    cpSync(join(root, 'examples/platform'), folder, { recursive: true })
    const compiler = [
      '--noEmit',
      '--strict',
      '--module',
      'node16',
      '--moduleResolution',
      'node16',
      '--target',
      'es2023',
    ]
    run('node', join(root, 'node_modules/typescript/bin/tsc'), ...compiler, '--skipLibCheck', '--types', '', 'main.ts')
    run('node', '--import', 'tsx', 'main.ts')
    const stack = JSON.parse(readFileSync(join(folder, 'cdktf.out/stacks/platform/cdk.tf.json'), 'utf8'))
    expect(stack.terraform.required_providers).toMatchObject({ aws: { version: '~> 5.100' } })
    expect(existsSync(join(folder, 'cdktf.out/stacks/platform/.terraform.lock.hcl'))).toBe(true)
    const routes = Object.values<{ route_key: string }>(stack.resource.aws_apigatewayv2_route)
    expect(routes.map(({ route_key: key }) => key)).toContain('POST /acmeworks/api/hooks/{id}/roll')
    const [rotate] = Object.values<{ filename: string; function_name: string }>(
      stack.resource.aws_lambda_function,
    ).filter(({ function_name: name }) => name === 'keyturn-prod-rotate')
    const zip = storedFiles(readFileSync(join(folder, 'cdktf.out/stacks/platform', rotate?.filename ?? '')))
    expect(JSON.parse(String(zip.get('mounts.json')))).toMatchObject([
      { contract: { name: 'keyturn' }, basePath: '' },
      { contract: { name: 'acmeworks' }, basePath: '/acmeworks' },
    ])
    expect(zip.get('index.js')).toEqual(
      readFileSync(join(folder, 'node_modules/keyturn/dist/functions/rotate/index.js')),
    )
  })

  describe('has the command keyturn, which', () => {
    let aws: AwsServer
    let elsewhere: string
    const npx = (args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
      new Promise(ended => {
        const options = { cwd: folder, env: { ...process.env, ...environment } }
        execFile('npx', ['--no-install', 'keyturn', ...args], options, (error, stdout, stderr) =>
          ended({ failed: error !== null, stdout, stderr }),
        )
      })

    /** The platform example's configuration in a folder of its own, with these packages beside it. */
    function configurationBeside(...packages: readonly string[]): string {
      const other = join(elsewhere, String(packages.length))
      cpSync(join(root, 'examples/platform'), other, { recursive: true })
      mkdirSync(join(other, 'node_modules'))
      for (const each of packages) symlinkSync(each, join(other, 'node_modules', basename(each)))
      return join(other, 'control-plane.ts')
    }

    beforeAll(async () => {
      elsewhere = mkdtempSync(join(tmpdir(), 'keyturn-package-'))
      aws = await startAwsServer({ dataDir: null, port: 0 })
      const client = dynamoDbClient(localClientOptions(aws.url))
      await createTable({ client, name: localAws.table })
      client.destroy()
      await createQueues(localClientOptions(aws.url))
      mkdirSync(join(folder, '.keyturn'))
      writeFileSync(join(folder, '.keyturn/local.json'), JSON.stringify({ aws: aws.url, ...localAws }))
    })

    afterAll(async () => {
      rmSync(elsewhere, { recursive: true })
      await aws.close()
    })

    it('says its version, and what it can do', async () => {
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
      expect(await npx(['--version'])).toEqual({ failed: false, stdout: `${version}\n`, stderr: '' })
      expect((await npx(['--help'])).stdout).toMatch(
        /^Usage: keyturn [^]* keys [^]* redrive [^]* restore [^]* destroy /,
      )
    })

    it('says what its local run needs besides', async () => {
      const line = /^keyturn: start needs [\w-]+, which is not installed: npm install dynalite@4 classic-level@3 .*\n$/
      expect(await npx(['start'])).toEqual({ failed: true, stdout: '', stderr: expect.stringMatching(line) })
    })

    it('works on a local run without any other package', async () => {
      const said = ['--permission', 'endpoints:read', '--expires', '90d', '--json']
      const made = await npx(['keys', 'create', '--contract', 'keyturn', '--tenant', 'org_1', ...said])
      const { id } = JSON.parse(made.stdout)
      expect((await npx(['keys', 'list', '--data-dir', '.keyturn'])).stdout).toMatch(new RegExp(`^${id} +active `, 'm'))
      expect((await npx(['redrive'])).stdout).toMatch(/^0 sent again, .*; none stays\n$/)
    })

    it('says what a configuration in TypeScript needs, and reads it where tsx is', async () => {
      const { accessKeyId, secretAccessKey, region, table } = localAws
      const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
      const create = (config: string) => {
        const key = ['--contract', 'acmeworks', '--tenant', 'org_1', '--permission', 'hooks:write', '--no-expiry']
        const args = ['keys', 'create', '--table', table, '--region', region, '--config', config, ...key]
        return npx(args, { ...credentials, AWS_ENDPOINT_URL: aws.url })
      }
      const keyturn = join(folder, 'node_modules/keyturn')
      const line = /^\S+\.ts: is TypeScript, which this Node\.js does not read: install tsx beside it, or [^\n]+\n$/
      const refused = await create(configurationBeside(keyturn))
      expect(refused).toEqual({ failed: true, stdout: '', stderr: expect.stringMatching(line) })
      const made = await create(configurationBeside(keyturn, join(root, 'node_modules/tsx')))
      expect(made.stdout).toMatch(/^key {2}acme_/m)
    })

    it.each(['deploy', 'diff', 'destroy'])('leaves the %s of a stack that is not its own to cdktf', async operation => {
      expect(await npx([operation])).toEqual({
        failed: true,
        stdout: '',
        stderr: expect.stringMatching(/^keyturn: cdktf\.json does not describe Keyturn's own stack here: .* cdktf\n$/),
      })
    })
  })
})
