import { afterAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runScript } from '../../support/run-script'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-arguments-'))
const configs = {
  'no-default.config.ts': 'export const stage = 1',
  'half.config.ts': 'export default {stage:',
  'throws.config.ts': "throw new Error('boom')",
  'no-region.config.ts': "export default { stage: 'dev', contracts: [{ contract: 'keyturn' }], mirror: 'on' }",
}
for (const [name, content] of Object.entries(configs)) writeFileSync(join(folder, name), content)

afterAll(() => rmSync(folder, { recursive: true }))

/** Without whatever this machine has for AWS. */
const noAws = {
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_PROFILE: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_CONFIG_FILE: join(folder, 'none'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  AWS_EC2_METADATA_DISABLED: 'true',
}

const cli = 'cli/keyturn.ts'
const simulate = 'test/simulator/main.ts'
const queues = ['--queue-url', 'https://q.example/a', '--dead-letter-queue-url', 'https://q.example/b']

describe('what is told in one line, with exit code 1', () => {
  it.each<[string, string, string[], RegExp]>([
    ['no region', cli, ['keys', 'list', '--table', 'x'], /give --region, or set AWS_REGION$/],
    ['no credentials', cli, ['keys', 'list', '--table', 'x', '--region', 'a-1'], /no AWS credentials are found/],
    [
      'a region that is none',
      cli,
      ['keys', 'list', '--table', 'x', '--region', 'A 1'],
      /--region takes .*, not "A 1"$/,
    ],
    ['no region', cli, ['redrive', '--table', 'x', ...queues], /give --region, or set AWS_REGION$/],
    [
      'one queue alone',
      cli,
      ['redrive', '--table', 'x', ...queues.slice(0, 2)],
      /needs --table, --queue-url and --dead-/,
    ],
    ['a region alone', cli, ['redrive', '--region', 'eu-central-1'], /needs --table, --queue-url and --dead-/],
    ['no URL', cli, ['redrive', '--table', 'x', ...queues.slice(2), '--queue-url', 'q'], /is none: "q"$/],
    ['no number', simulate, ['--seeds', 'abc'], /--seeds takes a whole number from 1 to \d+, not "abc"$/],
    ['no schedule', simulate, ['--seeds', '0'], /--seeds takes a whole number from 1 to \d+, not "0"$/],
    ['an unknown option', simulate, ['--bogus'], /Unknown option '--bogus' \(options: --seeds, --from, --seed, --/],
    ['an unknown bench', 'bench/main.ts', ['--only', 'x'], /--only takes one of start, calls, /],
  ])('%s: %s %j', async (_, script, args, line) => {
    const { exitCode, stdout, stderr } = await runScript(script, args, noAws)
    expect({ exitCode, stdout, lines: stderr.split('\n') }).toEqual({
      exitCode: 1,
      stdout: '',
      lines: [expect.stringMatching(line), ''],
    })
    expect(stderr).toMatch(/^keyturn: /)
  })
})

describe('a configuration that cannot be deployed', () => {
  it.each<[string, string, string[], RegExp]>([
    ['none.config.ts', cli, ['deploy'], /there is no such file$/],
    ['no-default.config.ts', cli, ['destroy'], /has no default export$/],
    ['half.config.ts', cli, ['restore'], /does not load: .*Unexpected end of file$/],
    ['throws.config.ts', 'infra/main.ts', [], /does not load: boom$/],
    ['no-region.config.ts', cli, ['diff'], /region: is missing$/],
  ])('%s is named in one line by %s %j', async (name, script, args, line) => {
    const file = join(folder, name)
    const { exitCode, stdout, stderr } = await runScript(script, args, { ...noAws, KEYTURN_CONFIG: file })
    expect([exitCode, stdout, stderr.split('\n')]).toEqual([1, '', [expect.stringMatching(line), '']])
    expect(stderr.startsWith(`${file}: `)).toBe(true)
  })
})
