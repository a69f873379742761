import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { keyturn } from '../../src/contracts/keyturn'

// README's flow of a rotation leads to lines. They move when the code does, so this test says where to.

const readme = readFileSync('README.md', 'utf8')
const [, flow = ''] = /## How a rotation flows\n([^]*?)\n\|/.exec(readme) ?? []

const links = [...flow.matchAll(/\[`(\w+)`\]\(([^)#]+)(?:#L(\d+))?\)/g)].map(([, name = '', path = '', line = '']) => {
  return { name, path, line: Number(line) }
})

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n')
}

/** The line, from 1, on which a file declares a function or class. */
function declaredOn(path: string, name: string): number {
  return (
    linesOf(path).findIndex(line => new RegExp(`^(?:export )?(?:async )?(?:function|class) ${name}\\b`).test(line)) + 1
  )
}

describe("README's flow of a rotation", () => {
  it('leads to tenant, sealing, condition and reveal, each to the line where it is declared', () => {
    expect(links.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['resolveTenant', 'kmsSealer', 'commit', 'revealOutcome']),
    )
    expect(links).toEqual(links.map(link => ({ ...link, line: declaredOn(link.path, link.name) })))
  })

  it('says how many files and lines it takes to read', () => {
    const files = [...new Set(links.map(({ path }) => path))]
    const lines = files.reduce((sum, path) => sum + linesOf(path).length, 0)
    const [, saidFiles, saidLines] = /rotation: (\d+) files, ([\d,]+) lines/.exec(flow) ?? []
    expect([saidFiles, saidLines]).toEqual([String(files.length), lines.toLocaleString('en-US')])
  })
})

describe("README's reply of a rotation", () => {
  it('has the members that a rotation answers with, and no others', () => {
    const operation = keyturn.operations.find(({ use }) => use === 'rotate')
    const shown = JSON.parse(/```json\n(\{\n {2}"endpoint"[^]*?\n\})\n```/.exec(readme)?.[1] ?? '{}') as object
    expect(membersOf(shown)).toEqual(membersOf(operation?.reply.body))
  })
})

/** The names of the members, and of the endpoint's. */
function membersOf(body: unknown): readonly string[] {
  const { endpoint } = Object(body)
  return [...Object.keys(Object(body)), ...Object.keys(Object(endpoint)).map(name => `endpoint.${name}`)].toSorted()
}
