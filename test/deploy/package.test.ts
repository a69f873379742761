import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { storedFiles } from './support/stored-files'

const root = resolve(__dirname, '../..')

describe('the packed package in an empty folder', () => {
  let folder: string
  const run = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const imported = (name: string, environment: Readonly<Record<string, string>> = {}): string =>
    execFileSync('node', ['-p', `Object.keys(require('${name}')).sort().join()`], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-package-'))
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    })
    const tarball = packed.trim().split('\n').at(-1) ?? ''
    writeFileSync(join(folder, 'package.json'), '{ "name": "platform", "private": true }\n')
    run('npm', 'install', '--offline', '--no-audit', '--no-fund', '--silent', `./${tarball}`)
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  it('brings nothing else along', () => {
    expect(readdirSync(join(folder, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['keyturn'])
  })

  it('verifies deliveries without any other package, and reads mirrored secrets with the AWS SDK', () => {
    expect(imported('keyturn/verify')).toMatch(/WebhookVerificationError.*sign.*verify/)
    expect(imported('keyturn/secrets-manager', { NODE_PATH: join(root, 'node_modules') })).toContain('mirroredSecrets')
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
})
