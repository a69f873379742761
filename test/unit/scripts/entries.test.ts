import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { exportOf, packageEntries, peersOfPage, peersOfStart } from '../../../scripts/entries'
import { packedDocument } from '../../../scripts/packed-docs'
import { installCommand } from '../../../scripts/peers'

interface ProjectFile {
  readonly version?: string
  readonly exports?: object
  readonly files?: readonly string[]
  readonly compilerOptions?: object
}

function json(file: string): ProjectFile {
  return JSON.parse(readFileSync(file, 'utf8')) as ProjectFile
}

describe('the table of entries', () => {
  it('is what package.json exports, besides itself', () => {
    const exported = Object.fromEntries(packageEntries.map(entry => [`./${entry.name}`, exportOf(entry)]))
    expect(json('package.json').exports).toEqual({ ...exported, './package.json': './package.json' })
  })

  it('is what types are built of, and what the names stand for in the project', () => {
    const sources = packageEntries.map(({ source }) => source)
    expect(json('tsconfig.package.json').files?.toSorted()).toEqual(sources.toSorted())
    const paths = Object.fromEntries(packageEntries.map(({ name, source }) => [`keyturn/${name}`, [`./${source}`]]))
    expect(json('tsconfig.json').compilerOptions).toMatchObject({ paths })
  })
})

describe("the README's table of entries", () => {
  const readme = readFileSync('README.md', 'utf8')
  const rowOf = (name: string): string => readme.split('\n').find(line => line.startsWith(`| \`${name}\``)) ?? ''

  it('has what each needs besides, and nothing else', () => {
    for (const { name, peers } of packageEntries) {
      const [, needs = ''] = /\| ([^|]+) \|$/.exec(rowOf(`keyturn/${name}`)) ?? []
      expect(needs).toBe(peers.length === 0 ? 'nothing' : peers.map(peer => `\`${peer}\``).join(', '))
    }
    const [start, page] = [peersOfStart, peersOfPage].map(names => names.map(peer => `\`${peer}\``).join(', '))
    expect(rowOf('npx keyturn')).toContain(`\`start\` needs ${start}, and for its page of all routes ${page} |`)
  })

  it('is of the version that is packed', () => {
    expect(readme).toContain(`keyturn-${String(json('package.json').version)}.tgz`)
  })
})

describe('the command that installs peers', () => {
  it('names the major version, which for 0.x is the first two numbers', () => {
    expect(installCommand(['cdktf', '@aws-sdk/client-secrets-manager'])).toBe(
      'npm install cdktf@0.21 @aws-sdk/client-secrets-manager@3',
    )
  })
})

describe('a document as it is packed', () => {
  it.each([
    ['[`serve`](src/http/serve.ts#L34) is', '`serve` (`src/http/serve.ts:34`) is'],
    ['[the two policies](infra/kms-keys.ts) say', 'the two policies (`infra/kms-keys.ts`) say'],
    ['[`src/core`](src/core) holds', '`src/core` holds'],
    ['[examples/receiver](examples/receiver) is', '`examples/receiver` is'],
    ['[`[1, 2]`](src/x.ts) is', '`[1, 2]` (`src/x.ts`) is'],
  ])('says the path in place of a link that leads out of the package: %s', (text, expected) => {
    expect(packedDocument('README.md', text)).toBe(
      `${expected}\n\nA path that is not a link is one of the repository, which has the sources, the tests and further examples.\n`,
    )
  })

  it('finds what a document of a folder leads to', () => {
    expect(packedDocument('docs/x.md', '[`ring.ts`](../src/rotation/ring.ts)')).toMatch(/^`src\/rotation\/ring\.ts`\n/)
  })

  it.each([
    '[docs](docs/verify.md#schemes)',
    '[here](#run-it)',
    '[there](https://example.com)',
    'a [b] (c)',
    '![a](docs/a.svg)',
  ])('leaves %s as it is', text => {
    expect(packedDocument('README.md', text)).toBe(text)
  })
})
