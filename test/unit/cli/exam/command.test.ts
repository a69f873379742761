import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../../../cli/keyturn'
import { runScript } from '../../../support/run-script'
import { whsec } from '../../verify/secrets'
import { serve, stopServers } from './bed'
import { handmade } from './broken'
import { documentOf, otherSecret, standardRing } from './keys'

let folder: string
let secrets: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-exam-'))
  secrets = join(folder, 'secrets.json')
  writeFileSync(secrets, documentOf(standardRing))
})

afterEach(stopServers)
afterAll(() => rmSync(folder, { recursive: true }))

// What is refused is refused in this process.
let stdout: string
let stderr: string

beforeEach(() => {
  ;[stdout, stderr] = ['', '']
  jest.spyOn(console, 'log').mockImplementation(line => void (stdout += `${line}\n`))
  jest.spyOn(console, 'error').mockImplementation(line => void (stderr += `${line}\n`))
})

afterEach(() => {
  jest.restoreAllMocks()
  process.exitCode = undefined
  delete process.env.KEYTURN_EXAM_SECRETS
})

async function refused(args: readonly string[], variable?: string) {
  if (variable !== undefined) process.env.KEYTURN_EXAM_SECRETS = variable
  await main(['exam', ...args])
  return { exitCode: process.exitCode, stdout, stderr }
}

const good = handmade({ keys: standardRing, other: otherSecret })
const nowhere = 'http://127.0.0.1:1'

function run(args: readonly string[], environment: Readonly<Record<string, string | undefined>> = {}) {
  return runScript('cli/keyturn.ts', ['exam', ...args], { KEYTURN_EXAM_SECRETS: undefined, ...environment })
}

describe('keyturn exam', () => {
  it('ends with 0 where all is as it must be, and prints a table', async () => {
    const url = await serve(good)
    const { exitCode, stdout, stderr } = await run([url, '--contract', 'keyturn', '--secrets', secrets])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^accept {2}genuine, signed by the key that signs +204 +right$/m)
    expect(stdout).toMatch(/^refuse {2}signed by an ended key +401 +right$/m)
    expect(stdout).toMatch(/\n20 right, 0 wrong, 4 n\/a\n$/)
  })

  it('ends with 1 where something is not, says what it means, and prints one document with --json', async () => {
    const url = await serve(() => ({ status: 200 }))
    const args = [url, '--scheme', 'standard-webhooks']
    const people = await run(args, { KEYTURN_EXAM_SECRETS: whsec(1) })
    expect({ ...people, stdout: '' }).toEqual({ exitCode: 1, stdout: '', stderr: '' })
    expect(people.stdout).toMatch(/^It accepts whatever comes: it verifies nothing, or it answers before it verifies/m)
    const { exitCode, stdout } = await run([...args, '--json'], { KEYTURN_EXAM_SECRETS: whsec(1) })
    expect(exitCode).toBe(1)
    const { verdict, rows } = JSON.parse(stdout)
    expect(verdict).toBe('wrong')
    expect(rows).toContainEqual({
      id: 'stale',
      must: 'refuse',
      what: 'genuine, signed an hour ago',
      answer: 200,
      verdict: 'wrong',
      reason: 'accepted',
      fault: 'Whoever has seen one delivery can send it again for ever.',
    })
  })

  it.each<[string, readonly string[], RegExp]>([
    ['no URL', ['--contract', 'keyturn'], /exam takes one URL of http or https/],
    ['two URLs', [nowhere, nowhere, '--contract', 'keyturn'], /exam takes one URL$/],
    [
      'an address of others',
      ['http://192.0.2.1', '--contract', 'keyturn'],
      /192\.0\.2\.1 is not this machine's loopback/,
    ],
    [
      'nobody there',
      [nowhere, '--contract', 'keyturn'],
      /no receiver at http:\/\/127\.0\.0\.1:1\/: The receiver refuses/,
    ],
    ['neither contract nor scheme', [nowhere], /exam takes one of --contract and --scheme/],
    ['both', [nowhere, '--contract', 'keyturn', '--scheme', 'svix'], /exam takes one of --contract and --scheme/],
    ['no such contract', [nowhere, '--contract', 'none'], /--contract takes one of tumban, .*gitlab-group, not "none"/],
    ['no such scheme', [nowhere, '--scheme', 'constructor'], /--scheme takes one of standard-webhooks, svix, .*, not/],
    ['a scheme without its header', [nowhere, '--scheme', 'body-hex'], /body-hex:<header>:<prefix\?>, not "body-hex"/],
    ['a header that is none', [nowhere, '--scheme', 'body-hex:a b'], /--scheme takes one of/],
    ['a configuration of a scheme', [nowhere, '--scheme', 'svix', '--config', 'x.ts'], /--config goes with --contract/],
    [
      'a time that is none',
      [nowhere, '--scheme', 'svix', '--timeout', '0'],
      /--timeout takes a whole number from 1 to 120/,
    ],
    [
      'a URL that is none',
      [nowhere, '--scheme', 'svix', '--signed-url', 'here'],
      /--signed-url takes a URL, not "here"/,
    ],
    [
      'a tenant that is none',
      [nowhere, '--contract', 'tumban', '--tenant', 'a.b'],
      /the tenant must be an id .* "a\.b"/,
    ],
    ['an unknown option', [nowhere, '--secret', 'x'], /Unknown option '--secret' \(options: --contract, --scheme/],
  ])('ends with 2 in one line: %s', async (_, args, fault) => {
    const ring = args.includes('tumban') ? 'one-secret-of-16-bytes' : whsec(1)
    const told = await refused(args, ring)
    expect(told).toMatchObject({ exitCode: 2, stdout: '' })
    expect(told.stderr).toMatch(/^keyturn: [^\n]+\n$/)
    expect(told.stderr.trimEnd()).toMatch(fault)
  })

  it.each<[string, readonly string[], string | undefined, RegExp]>([
    ['no secrets', [], undefined, /come by --secrets <file> .* or by the variable KEYTURN_EXAM_SECRETS: give one/],
    ['secrets twice', ['--secrets', 'none'], whsec(1), /give one of them/],
    ['no file', ['--secrets', 'none'], undefined, /^keyturn: none cannot be read \(ENOENT\)$/],
    ['a folder', ['--secrets', '.'], undefined, /^keyturn: \. cannot be read \(EISDIR\)$/],
    ['a secret that is none', [], 'a word', /^keyturn: KEYTURN_EXAM_SECRETS must be base64 after whsec_/],
    ['standard input twice', ['--secrets', '-', '--other-secrets', '-'], undefined, /not both$/],
  ])('ends with 2 in one line: %s', async (_, args, variable, fault) => {
    const told = await refused([nowhere, '--scheme', 'svix', ...args], variable)
    expect(told.exitCode).toBe(2)
    expect(told.stderr.trimEnd()).toMatch(fault)
    expect(told.stderr).not.toContain('a word')
  })

  it('refuses the receiver’s own secrets as those of another endpoint', async () => {
    const args = [nowhere, '--scheme', 'svix', '--secrets', secrets, '--other-secrets', secrets]
    expect((await refused(args)).stderr).toMatch(/--other-secrets holds a secret of the receiver's own/)
  })

  it('says why with --json on stderr, as one document', async () => {
    expect(await refused(['http://192.0.2.1', '--contract', 'none', '--json'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/^\{"error":"--contract takes one of /),
    })
  })
})
