import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { lockFile } from '../../../local/data-dir'
import { startOptions } from '../../../local/options'
import { freePorts } from '../../support/local-run'
import { runScript } from '../../support/run-script'
import { nobody } from './fixtures/nobody'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keyturn-start-'))
  writeFileSync(join(dir, lockFile), '{}')
  for (const name of ['aws', 'logs']) mkdirSync(join(dir, name))
})

afterEach(() => rmSync(dir, { recursive: true }))

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

  // Without root's rights, which no permission bit limits.
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

it('npm start -- --help says its options, those that it knows, and starts nothing', async () => {
  const { exitCode, stdout, stderr } = await runScript('local/main.ts', ['--help'])
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^Usage: npm start -- \[--port <number>\] /)
  const told = [...stdout.matchAll(/^ {2}(--[a-z-]+) /gm)].map(([, name]) => name)
  expect(() => startOptions(['--bogus'])).toThrow(`(options: ${told.join(', ')})`)
})

/** Gives a path, and all above it, to the user that the start runs as. */
function handOver(path: string): void {
  if (process.getuid?.() !== 0) return
  for (const each of [dir, join(dir, lockFile), join(dir, 'aws'), join(dir, 'logs'), path])
    chownSync(each, nobody, nobody)
}

const attempts = 5

/** The exit code and everything that was printed. Somebody else may take a port between the look at it and the start. */
async function start(): Promise<[number | null, string]> {
  for (let attempt = 1; ; attempt += 1) {
    const ended = await startOnce()
    if (attempt === attempts || !/port \d+ is in use/.test(ended[1])) return ended
  }
}

async function startOnce(): Promise<[number | null, string]> {
  const script = join(__dirname, 'fixtures/start-without-rights.ts')
  const args = ['--port', String(await freePorts()), '--data-dir', dir, '--build-dir', join(dir, 'build')]
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = [text(child.stdout), text(child.stderr)]
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return [exitCode, (await Promise.all(printed)).join('')]
}
