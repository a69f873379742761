import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { type Given, KeyturnCommand, type Report } from '../../../cli/command'
import { toldInOneLine } from '../../../cli/faults'
import { ConfigError } from '../../../config/schema'
import { OperatorError } from '../../../local/operator-error'

/** Clears its line, goes back to the start of it, adds another, and turns round what follows. */
const hostile = 'CI\u001b[2K\r\nkey_2\u202e'
const harmless = 'CI\\u{1b}[2K\\u{d}\\u{a}key_2\\u{202e}'

const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  for (const method of ['log', 'error'] as const) {
    jest.spyOn(console, method).mockImplementation((...given) => void printed.push(given.join(' ')))
  }
})

afterEach(() => {
  jest.restoreAllMocks()
  process.exitCode = undefined
})

/** Runs a command that prints this report, and says something on its way. */
async function run(report: Report, ...args: readonly string[]): Promise<readonly string[]> {
  const command = new KeyturnCommand('any').reports(async ({ say }: Given) => {
    say(`at ${hostile}`, { name: hostile })
    return report
  })
  await command.parseAsync(args, { from: 'user' })
  return printed
}

describe('what others have written', () => {
  const report = { lines: [`name ${hostile}`, 'second'], json: { name: hostile }, warnings: [`not ${hostile}`] }

  it('moves, hides and adds no line of what a command prints', async () => {
    expect(await run(report)).toEqual([
      expect.stringMatching(/^at CI\\u\{1b\}[^\p{Cc}\p{Cf}]+$/u),
      `name ${harmless}\nsecond`,
      `keyturn: not ${harmless}`,
    ])
  })

  it('stays what it is in JSON', async () => {
    const [, json = '', warning = ''] = await run(report, '--json')
    expect(JSON.parse(json)).toEqual({ name: hostile })
    expect(JSON.parse(warning)).toEqual({ warning: `not ${hostile}` })
  })

  it('adds no line to an error, of which a configuration’s have one a fault', () => {
    expect(toldInOneLine(new OperatorError(hostile))).toBe(`keyturn: ${harmless}`)
    expect(toldInOneLine(new ConfigError(['one\u001b[2K', 'two']))).toBe('one\\u{1b}[2K\ntwo')
  })
})
