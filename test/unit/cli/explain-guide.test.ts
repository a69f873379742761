import { afterAll, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runScript } from '../../support/run-script'

// docs/explain.md says what its own example prints.

const guide = readFileSync('docs/explain.md', 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'keyturn-explain-guide-'))

afterAll(() => rmSync(folder, { recursive: true }))

/** The first block of the language. */
function block(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(guide) ?? []
  if (text === undefined) throw new RangeError(`the guide has no block of ${language}`)
  return text
}

it('npx keyturn explain prints what the guide says, and ends with 1', async () => {
  const files = { 'request.http': block('http').trimEnd(), 'mirror.json': block('json') }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const [, , ...args] = block('sh').trim().split(' ')
  const given = args.map(arg => (arg in files ? join(folder, arg) : arg))
  expect(await runScript('cli/keyturn.ts', given)).toEqual({ exitCode: 1, stdout: block('text'), stderr: '' })
})

it('the guide has every code, and no other', () => {
  const source = readFileSync('src/explain/finding.ts', 'utf8')
  const [union = ''] = /export type FindingCode =[^]*?\n\n/.exec(source) ?? []
  const codes = [...union.matchAll(/'([\w-]+)'/g)].map(([, code = '']) => code)
  const [, table = ''] = guide.split('## What it finds')
  const told = [...(table.split('## In your own code')[0] ?? '').matchAll(/^\| (`[^|]*) \|/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, code = '']) => code),
  )
  expect(told.toSorted()).toEqual(codes.toSorted())
  expect(codes.length).toBeGreaterThan(60)
})
