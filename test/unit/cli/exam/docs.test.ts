import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { serve, stopServers } from './bed'
import { handmade } from './broken'
import { documentOf, otherSecret, standardRing } from './keys'

// docs/exam.md: its commands are run as they stand, at a receiver in the place of the page's, and its table is what came.

const page = readFileSync('docs/exam.md', 'utf8')
const address = 'http://127.0.0.1:8080/webhooks'
const [first = '', second = ''] = [...page.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, command = '']) => command)
const [, shown = ''] = /^```text\n([^]*?)^```/m.exec(page) ?? []

const root = resolve(__dirname, '../../../..')
const held = { keys: standardRing, other: otherSecret }
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-exam-docs-'))
  for (const name of ['package.json', 'tsconfig.json', 'node_modules', 'cli', 'local', 'src', 'config', 'scripts'])
    symlinkSync(join(root, name), join(folder, name))
  writeFileSync(join(folder, 'secrets.json'), `${documentOf(standardRing)}\n`)
})

afterEach(stopServers)
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly exitCode: number
  readonly output: string
}

/** What these are here: the command of this tree, and a mirror that the file has. */
const functions = [`npx() { shift; node --import tsx "${root}/cli/keyturn.ts" "$@"; }`, 'aws() { cat secrets.json; }']

function bash(command: string, url: string): Promise<Ended> {
  const script = [...functions, command.replace(address, url)].join('\n')
  return new Promise(ended => {
    execFile('bash', ['-c', script], { cwd: folder }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.replaceAll(url, address)
      ended({ exitCode: error === null ? 0 : Number(error.code), output })
    })
  })
}

describe('docs/exam.md', () => {
  it('shows what its command prints of a receiver that forgets the timestamp', async () => {
    const url = await serve(handmade(held, { timestamp: 'ignored' }))
    expect(await bash(first, url)).toEqual({ exitCode: 1, output: shown })
  })

  it('pipes a mirror into an exam that a good receiver passes', async () => {
    const { exitCode, output } = await bash(second, await serve(handmade(held)))
    expect(output).toMatch(/\n20 right, 0 wrong, 4 n\/a\n$/)
    expect(exitCode).toBe(0)
  })

  it('names every row that there is', async () => {
    const told = [...page.matchAll(/^\| (?:accept|refuse) \| ([^|]+)/gm)].flatMap(([, cell = '']) =>
      [...(cell.split(':')[0]?.matchAll(/`([\w-]+)`/g) ?? [])].map(([, id]) => id),
    )
    const { output } = await bash(`${first.trim()} --json`, await serve(handmade(held)))
    const { rows } = JSON.parse(output) as { readonly rows: readonly { readonly id: string }[] }
    expect(new Set(told)).toEqual(new Set(rows.map(({ id }) => id)))
  })
})
