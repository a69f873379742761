import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../../../cli/keyturn'
import { sign, timestampedList } from '../../../src/verify'
import { runScript } from '../../support/run-script'
import { NEW, NOON, OLD } from '../verify/secrets'
import { genuine, secretOf, senderNamed } from '../explain/senders'

let folder: string
let stdout: string
let stderr: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-explain-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(() => {
  stdout = ''
  stderr = ''
  jest.spyOn(console, 'log').mockImplementation(line => void (stdout += `${line}\n`))
  jest.spyOn(console, 'error').mockImplementation(line => void (stderr += `${line}\n`))
})

afterEach(() => {
  jest.restoreAllMocks()
  process.exitCode = undefined
})

async function run(...args: readonly string[]) {
  await main(['explain', ...args])
  return { exitCode: process.exitCode ?? 0, stdout, stderr }
}

function written(name: string, content: string | object): string {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const body = '{"ship":"Öland"}'
const headers = sign(body, NEW, { id: 'msg_1', now: NOON })
const at = ['--now', NOON.toISOString()]

function request(change: object = {}): readonly string[] {
  return ['--request', written('request.json', { method: 'POST', url: '/hooks', headers, body, ...change }), ...at]
}

function secret(text: string): readonly string[] {
  return ['--secret-file', written('secret', text)]
}

describe('keyturn explain', () => {
  it('ends with 0 where the request verifies', async () => {
    const { exitCode, stdout: printed } = await run(...request(), ...secret(NEW), '--contract', 'keyturn')
    expect(exitCode).toBe(0)
    expect(printed).toMatch(/^Verifies: signed by the secret\.\n/)
  })

  it('ends with 1 where it does not, and says why', async () => {
    const given = [...request({ body: '{ "ship": "Öland" }' }), ...secret(NEW), '--contract', 'keyturn']
    const { exitCode, stdout: printed } = await run(...given)
    expect(exitCode).toBe(1)
    expect(printed).toMatch(
      /^Does not verify: one reason\.\n\n1\. body-reserialised \(proven\)\n {3}The body was parsed/,
    )
  })

  it('prints the same as one document with --json', async () => {
    const found = await run(...request(), ...secret(`${NEW}\n`), '--contract', 'keyturn', '--json')
    expect({ ...found, stdout: JSON.parse(found.stdout) }).toEqual({
      exitCode: 1,
      stderr: '',
      stdout: {
        verified: false,
        findings: [
          {
            code: 'secret-whitespace',
            certainty: 'proven',
            message: expect.any(String),
            remedy: expect.any(String),
          },
        ],
      },
    })
  })

  it('tries every secret: of files, of a variable and of mirrors', async () => {
    const keys = [
      { id: 'key_2', secret: OLD, createdAt: NOON.toISOString(), expiresAt: null },
      { id: 'key_1', secret: NEW, createdAt: NOON.toISOString(), expiresAt: new Date(+NOON - 7_200_000).toISOString() },
    ]
    const mirror = written('mirror.json', { signingSecret: OLD, keys })
    const ended = await run(...request(), '--mirror-file', mirror, '--contract', 'keyturn')
    expect(ended.stdout).toContain('signed by key_1, a key that ended 2 hours ago, at 2026-11-21T10:00:00.000Z')
    stdout = ''
    process.env.KEYTURN_TEST_SECRET = NEW
    const variable = await run(
      ...request(),
      '--secret-env',
      'KEYTURN_TEST_SECRET',
      ...secret(OLD),
      '--contract',
      'keyturn',
    )
    delete process.env.KEYTURN_TEST_SECRET
    expect(variable).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('signed by secret 2') })
  })

  it('takes the standard input for a file', () => {
    const file = written('request.json', { headers, body })
    const script = `node --import tsx cli/keyturn.ts explain --request "${file}" --secret-file - --scheme standard-webhooks ${at.join(' ')}`
    const printed = execFileSync('bash', ['-c', `printf %s '${NEW}' | ${script}`], { encoding: 'utf8' })
    expect(printed).toMatch(/^Verifies: signed by the secret/)
  })

  it('takes the schemes by name, with the names of their headers', async () => {
    const listed = sign(body, OLD, { scheme: timestampedList({ header: 'signed-by' }), now: NOON })
    const given = [...request({ headers: listed }), ...secret(OLD)]
    expect(await run(...given, '--scheme', 'timestamped-list:Signed-By')).toMatchObject({ exitCode: 0 })
    const vendor = genuine({
      sender: senderNamed('github-repository'),
      secret: secretOf(senderNamed('github-repository')),
      body,
    })
    const sent = [...request({ headers: vendor.headers }), ...secret(vendor.secret)]
    expect(await run(...sent, '--scheme', 'github')).toMatchObject({ exitCode: 0 })
    expect(await run(...sent, '--scheme', 'body-hex:x-hub-signature-256,sha256=')).toMatchObject({ exitCode: 0 })
  })

  it('takes a contract of your own', async () => {
    const own = ['--config', 'examples/platform/acmeworks.ts', '--contract', 'acmeworks']
    const { headers: signed, secret: text } = genuine({
      sender: senderNamed('acmeworks'),
      secret: secretOf(senderNamed('acmeworks')),
      body,
    })
    const args = ['explain', ...request({ headers: signed }), ...secret(text), ...own]
    expect(await runScript('cli/keyturn.ts', args)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  const canary = 'whsec_Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5'

  it.each<[string, () => readonly string[], RegExp]>([
    ['an argument', () => [...request(), ...secret(NEW), canary], /explain takes options alone/],
    ['a secret as an option', () => ['--secret', canary], /Unknown option '--secret'/],
    ['a secret as an option', () => [`--secret=${canary}`], /Unknown option '--secret'/],
    [
      'a secret for its file',
      () => [...request(), '--contract', 'keyturn', '--secret-file', canary],
      /--secret-file takes a file/,
    ],
    [
      'a secret for a mirror',
      () => [...request(), '--contract', 'keyturn', '--mirror-file', canary],
      /--mirror-file takes a file/,
    ],
    ['a secret for a request', () => ['--request', canary], /--request takes a file that can be read/],
    [
      'a secret for a variable',
      () => [...request(), '--contract', 'keyturn', '--secret-env', `${canary}==`],
      /name of an environment/,
    ],
    [
      'no variable',
      () => [...request(), '--contract', 'keyturn', '--secret-env', canary],
      /there is no environment variable/,
    ],
    [
      'an unknown contract',
      () => [...request(), ...secret(canary), '--contract', canary],
      /--contract takes one of tumban, /,
    ],
    [
      'an unknown scheme',
      () => [...request(), ...secret(canary), '--scheme', canary],
      /--scheme takes one of standard-webhooks; /,
    ],
    ['no contract', () => [...request(), ...secret(canary)], /needs --contract \(tumban, .*\) or --scheme/],
    ['both', () => [...request(), ...secret(canary), '--scheme', 'github', '--contract', 'keyturn'], /not both/],
    ['no request', () => [...secret(canary), '--contract', 'keyturn'], /explain needs --request/],
    ['no secrets', () => [...request(), '--contract', 'keyturn'], /explain needs the secrets/],
    [
      'no time',
      () => [...request(), ...secret(canary), '--contract', 'keyturn', '--now', canary],
      /--now takes a time/,
    ],
    [
      'no number',
      () => [...request(), ...secret(canary), '--contract', 'keyturn', '--tolerance-seconds', '-1'],
      /has no value/,
    ],
    [
      'no number',
      () => [...request(), ...secret(canary), '--contract', 'keyturn', '--tolerance-seconds', canary],
      /a whole number/,
    ],
    ['no URL', () => [...request(), ...secret(canary), '--contract', 'keyturn', '--url', canary], /--url takes a URL/],
    [
      'a broken request',
      () => ['--request', written('broken', `{"a": "${canary}`), ...secret(NEW), '--contract', 'keyturn'],
      /--request: the request begins/,
    ],
    [
      'a broken mirror',
      () => [...request(), '--mirror-file', written('m', { keys: [{ id: canary }] }), '--contract', 'keyturn'],
      /the mirror has no keys/,
    ],
    ['two standard inputs', () => ['--request', '-', '--secret-file', '-'], /- can stand for one file alone/],
  ])('ends with 2, in one line and without a secret, for %s', async (_, args, fault) => {
    const refused = await run(...args())
    expect(refused).toEqual({ exitCode: 2, stdout: '', stderr: expect.stringMatching(/^keyturn: [^\n]+\n$/) })
    expect(refused.stderr).toMatch(fault)
    expect(refused.stderr).not.toContain(canary.slice(6))
  })

  it('prints no secret, no signature and nothing of the body, whatever is wrong', async () => {
    const told = '{"patient":"Canarina Featherstone","note":"nobody may read this"}'
    const signed = sign(told, [NEW, OLD], { id: 'msg_canary1', now: NOON })
    const changes = [
      { headers: signed, body: `${told}\n` },
      { headers: signed, body: told.slice(0, -9) },
      { headers: { ...signed, 'webhook-timestamp': 'Canarina' }, body: told },
      { headers: Object.entries(signed).flatMap(each => [each, each]), body: told },
      { headers: {}, body: told },
    ]
    for (const change of changes)
      for (const json of [[], ['--json']])
        await run(...request(change), ...secret(`"${canary}"`), ...secret(`${NEW} `), '--contract', 'keyturn', ...json)
    const secrets = [canary, NEW, OLD].map(text => text.slice(6, 30))
    const signatures = (signed['webhook-signature'] ?? '').match(/[A-Za-z0-9+/]{20,}/g) ?? []
    const shown = stdout + stderr
    expect(shown.length).toBeGreaterThan(1000)
    const canaries = [...secrets, ...signatures, 'Canarina', 'nobody may', 'msg_canary1', 'patient']
    expect(canaries.filter(each => shown.includes(each))).toEqual([])
  })
})
