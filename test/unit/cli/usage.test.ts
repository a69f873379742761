import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { main } from '../../../cli/keyturn'

// In this process: what ends before anything is loaded or called.

let stdout: string
let stderr: string

beforeEach(() => {
  stdout = ''
  stderr = ''
  jest.spyOn(process.stdout, 'write').mockImplementation(text => Boolean((stdout += String(text))))
  jest.spyOn(console, 'error').mockImplementation(line => void (stderr += `${line}\n`))
})

afterEach(() => {
  jest.restoreAllMocks()
  process.exitCode = undefined
})

async function run(...args: readonly string[]) {
  await main(args)
  return { exitCode: process.exitCode ?? 0, stdout, stderr }
}

describe('what keyturn does not take', () => {
  it.each<[string, string[], string]>([
    [
      'no command',
      [],
      'takes one of the commands start, keys, portal-link, redrive, restore, deploy, diff, destroy, module, check-contract, exam, explain',
    ],
    [
      'an unknown command',
      ['make'],
      'takes one of the commands start, keys, portal-link, redrive, restore, deploy, diff, destroy, module, check-contract, exam, explain',
    ],
    ['an unknown command', ['keys', 'make'], 'keys takes one of the commands create, list, revoke'],
    ['an unknown option', ['restore', '--bogus=1'], "Unknown option '--bogus' (options: --json)"],
    [
      'an unknown option',
      ['keys', 'list', '-x'],
      "Unknown option '-x' (options: --tenant, --contract, --live, --table, --region, --data-dir, --config, --json)",
    ],
    [
      'an option without its value',
      ['keys', 'list', '--table'],
      "Option '--table <value>' argument missing (options: --tenant, --contract, --live, --table, --region, --data-dir, --config, --json)",
    ],
    [
      'an option in the place of a value',
      ['keys', 'list', '--table', '--region', 'x'],
      "Option '--table' has no value (options: --tenant, --contract, --live, --table, --region, --data-dir, --config, --json)",
    ],
    ['a value too many', ['restore', '--json=1'], "Option '--json' does not take an argument (options: --json)"],
    ['an argument', ['restore', 'now'], "Unexpected argument 'now' (options: --json)"],
    ['no id', ['keys', 'revoke'], 'revoke takes the public id of one key'],
    ['an id too many', ['keys', 'revoke', 'key_a', 'key_b'], 'revoke takes the public id of one key'],
    ['a folder and a table', ['redrive', '--data-dir', 'x', '--table', 'y'], 'a deployment needs --table, --queue-url'],
  ])('is told in one line: %s %j', async (_, args, fault) => {
    const refused = await run(...args)
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^keyturn: [^\n]+\n$/)
    expect(refused.stderr).toContain(fault)
  })

  it('is told as one JSON document with --json', async () => {
    expect(await run('restore', 'now', '--json')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `{"error":"Unexpected argument 'now' (options: --json)"}\n`,
    })
  })
})

describe('--help and --version', () => {
  it.each([
    ['keyturn', []],
    ['keyturn start', ['start', '--fresh']],
    ['keyturn keys', ['keys']],
    ['keyturn keys create', ['keys', 'create', '--contract', 'keyturn']],
    ['keyturn redrive', ['redrive']],
    ['keyturn restore', ['restore']],
    ['keyturn check-contract', ['check-contract', 'none.ts']],
    ['keyturn exam', ['exam', 'http://127.0.0.1:1']],
    ['keyturn explain', ['explain', '--request', 'none']],
    ['keyturn deploy', ['deploy', '--auto-approve']],
    ['keyturn destroy', ['destroy', 'keyturn-dev', '--auto-approve', '--yes', 'dev']],
  ])('%s --help explains the command, and does nothing else', async (name, args) => {
    const helped = await run(...args, '--help')
    expect(helped).toMatchObject({ exitCode: 0, stderr: '' })
    expect(helped.stdout).toMatch(new RegExp(`^Usage: ${name} `))
  })

  it('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
  })
})
