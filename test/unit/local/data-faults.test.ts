import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { openDatabase } from '../../../local/aws-server/database'
import { kmsKeys } from '../../../local/aws-server/kms-keys'
import { lockFile } from '../../../local/data-dir'
import { onPort } from '../../../local/listen'
import { OperatorError } from '../../../local/operator-error'
import { readSeededKeys } from '../../../local/seed'
import { openSessionIssuer } from '../../../local/session-issuer'
import { freePorts } from '../../support/local-run'
import { nobody } from './fixtures/nobody'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keyturn-faults-'))
  writeFileSync(join(dir, lockFile), '{}')
  for (const name of ['aws', 'logs']) mkdirSync(join(dir, name))
})

afterEach(() => rmSync(dir, { recursive: true }))

describe('a damaged file', () => {
  const readers: Readonly<Record<string, (file: string) => unknown>> = {
    'session-key.json': openSessionIssuer,
    'seed.json': readSeededKeys,
    'kms-keys.json': file => kmsKeys({ file, known: null }),
  }

  it.each([
    ['session-key.json', '{"kty":', /; delete it, and sessions are issued with a new key$/],
    ['session-key.json', '{}', /; delete it/],
    ['session-key.json', '{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}', /; delete it/],
    ['seed.json', '', /; delete it, and new keys are made$/],
    ['seed.json', '{"keyturn.apiKey": 1}', /; delete it/],
    ['kms-keys.json', '[{', /; .*: restore it, or begin anew with --fresh$/],
    ['kms-keys.json', '{}', /; .*: restore it/],
    ['kms-keys.json', '[{"id": "1"}]', /; .*: restore it/],
  ])('%s is named when it holds %j, with what to do', async (name, content, remedy) => {
    const file = join(dir, name)
    writeFileSync(file, content)
    const refusal = await refusalOf(async () => readers[name]?.(file))
    expect(refusal).toBeInstanceOf(OperatorError)
    expect(refusal).toHaveProperty('message', expect.stringMatching(`^${file} is damaged; `))
    expect(refusal).toHaveProperty('message', expect.stringMatching(remedy))
  })

  it('of a database is told as such', async () => {
    await (await openDatabase(join(dir, 'db'))).close()
    writeFileSync(join(dir, 'db', 'CURRENT'), 'x')
    const refusal = await refusalOf(() => openDatabase(join(dir, 'db')))
    expect(refusal).toHaveProperty('message', expect.stringMatching(`^the database ${dir}/db cannot be .* damaged`))
  })
})

describe('a port', () => {
  it('is not what is named when a file is refused meanwhile', async () => {
    const refused = Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open', path: '/x' })
    expect(await refusalOf(() => onPort(4700, Promise.reject(refused)))).toBe(refused)
  })
})

describe('npm start', () => {
  it.each([
    ['aws/events.ndjson', 'folder', /^keyturn: \S+\/aws\/events.ndjson cannot be used \(EISDIR\); .*\n$/],
    ['aws/sqs', 'file', /^keyturn: \S+\/aws\/sqs cannot be used \(EEXIST\); a file stands .*\n$/],
  ])('ends with one line that names %s, where a %s stands in its way', async (name, kind, line) => {
    if (kind === 'folder') mkdirSync(join(dir, name))
    else writeFileSync(join(dir, name), '')
    handOver(join(dir, name))
    expect(await start()).toEqual([1, expect.stringMatching(line)])
  })

  // Without root's rights, which no permission bit binds.
  it.each([
    [
      'aws/kms-keys.json',
      0o000,
      /^keyturn: \S+\/aws\/kms-keys.json cannot be used \(EACCES\); .* may read and write .*\n$/,
    ],
    ['aws/events.ndjson', 0o000, /^keyturn: \S+\/aws\/events.ndjson cannot be used \(EACCES\); .*\n$/],
    ['aws', 0o500, /^keyturn: \S+\/aws\/\S+ cannot be used \(EACCES\); .*\n$/],
    ['logs', 0o500, /^keyturn: \S+\/logs\/rotate.ndjson cannot be used \(EACCES\); .*\n$/],
  ])('ends with one line that names %s, where its mode is %o', async (name, mode, line) => {
    const path = join(dir, name)
    if (mode === 0) writeFileSync(path, '[]')
    handOver(path)
    chmodSync(path, mode)
    const ended = await start()
    chmodSync(path, 0o700)
    expect(ended).toEqual([1, expect.stringMatching(line)])
  })
})

/** To whom the start runs as. */
function handOver(path: string): void {
  if (process.getuid?.() !== 0) return
  for (const each of [dir, join(dir, lockFile), join(dir, 'aws'), join(dir, 'logs'), path])
    chownSync(each, nobody, nobody)
}

async function refusalOf(run: () => Promise<unknown>): Promise<unknown> {
  return run().then(
    () => null,
    (error: unknown) => error,
  )
}

/** The exit code and everything that was printed. */
async function start(): Promise<[number | null, string]> {
  const script = join(__dirname, 'fixtures/start-without-rights.ts')
  const args = ['--port', String(await freePorts()), '--data-dir', dir, '--build-dir', join(dir, 'build')]
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = [text(child.stdout), text(child.stderr)]
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return [exitCode, (await Promise.all(printed)).join('')]
}
