import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePorts } from '../support/local-run'
import { copyOfProject, pack } from '../support/packed'

// Follows docs/add-a-contract.md from an empty folder: each block as it stands, but for the ports, and for the install,
// which takes the packed package and what is installed here.

const root = resolve(__dirname, '../..')
const page = readFileSync(join(root, 'docs/add-a-contract.md'), 'utf8')
const [contract = '', ...others] = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, block = '']) => block)
const config = others.find(block => block.includes('satisfies Config')) ?? ''
const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
const packages = ['dynalite', 'classic-level', 'memory-level', 'tsx', 'typescript']

let folder: string
let port: number
let run: ChildProcess
let printed = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-add-a-contract-'))
  port = await freePorts()
  mkdirSync(join(folder, 'bin'))
  command(
    'aws',
    `exec node --import "${join(root, 'node_modules/tsx/dist/loader.mjs')}" \\
    "${root}/test/system/commands/aws-command.ts" "$@"`,
  )
  command('curl', 'PATH="$PATH_BEFORE" exec curl --silent --show-error --fail-with-body "$@"')
})

afterAll(async () => {
  if (run.exitCode === null) {
    run.kill('SIGTERM')
    await once(run, 'close')
  }
  rmSync(folder, { recursive: true })
})

/** A command of this name, before every other on the path. */
function command(name: string, script: string): void {
  const file = join(folder, 'bin', name)
  writeFileSync(file, `#!/usr/bin/env bash\n${script}\n`)
  chmodSync(file, 0o755)
}

const environment = () => ({
  ...process.env,
  PATH_BEFORE: process.env.PATH,
  PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
})

/** What the block that holds the text prints. Rejects where one of its commands fails. */
async function follow(holds: string): Promise<string> {
  const block = blocks.find(each => each.includes(holds)) ?? 'exit 1'
  const script = block
    .replaceAll('127.0.0.1:4700', `127.0.0.1:${port}`)
    .replaceAll('127.0.0.1:4701', `127.0.0.1:${port + 1}`)
  return new Promise((ended, failed) => {
    execFile('bash', ['-c', `set -eu\n${script}`], { cwd: folder, env: environment() }, (error, stdout, stderr) =>
      error === null ? ended(stdout) : failed(new Error(stdout + stderr)),
    )
  })
}

describe('docs/add-a-contract.md, followed from an empty folder', () => {
  it('installs the package, and what the page installs beside it', () => {
    expect(blocks[0]).toContain(`npm install keyturn ${packages[0]}@4 tsx typescript`)
    const project = mkdtempSync(join(tmpdir(), 'keyturn-packed-'))
    copyOfProject(project)
    const tarball = pack(project, folder)
    rmSync(project, { recursive: true })
    const install = (...args: readonly string[]): string => execFileSync('npm', args, { cwd: folder, encoding: 'utf8' })
    install('init', '--yes')
    install('install', '--offline', '--no-audit', '--no-fund', '--silent', tarball)
    for (const each of packages) symlinkSync(join(root, 'node_modules', each), join(folder, 'node_modules', each))
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
    symlinkSync(join(root, 'node_modules/.bin/tsc'), join(folder, 'node_modules/.bin/tsc'))
  })

  it('compiles and checks the contract, and prints what it makes of a rotation', async () => {
    writeFileSync(join(folder, 'acmeworks.ts'), contract)
    const shown = await follow('check-contract')
    expect(shown).toMatch(/^ {2}POST \/api\/hooks\/\{id\}\/roll {2}rotate: API key with hooks:write$/m)
    expect(shown).toMatch(/^ {4}"secret": "whsec_[\w+/]{43}=",$/m)
  })

  it('starts with the contract, and prints its curl', async () => {
    writeFileSync(join(folder, 'keyturn.config.ts'), config)
    expect(blocks).toContain('npx keyturn start\n')
    const args = ['--no-install', 'keyturn', 'start', '--port', String(port)]
    run = spawn('npx', args, { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [run.stdout, run.stderr]) stream?.on('data', chunk => (printed += String(chunk)))
    while (run.exitCode === null && !printed.includes('Ctrl-C stops it.')) await wait(20)
    expect(printed).toContain(`curl -X POST http://127.0.0.1:${port}/api/hooks/hook_`)
  })

  it('rotates by curl, and makes an API key', async () => {
    const shown = await follow('/roll"')
    const reply = JSON.parse(shown.slice(0, shown.indexOf('id   key_')))
    expect(reply).toMatchObject({ ok: true, secret: expect.stringMatching(/^whsec_/) })
    expect(Math.abs(reply.old_secret_ends - Date.now() / 1000 - 7200)).toBeLessThan(60)
    expect(shown).toMatch(/^key {2}acme_[\w-]{43}$/m)
  })

  it('rotates from the customer’s side, to a secret that receivers read', async () => {
    let shown = await follow('rotate-secret')
    while (shown.includes('not rotated yet')) {
      await wait(50)
      shown = await follow('get-secret-value').catch(() => shown)
    }
    expect(shown).toMatch(/signingSecret\W+whsec_/)
  })
})
