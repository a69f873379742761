import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, relative, resolve } from 'node:path'
import { type PackageEntry, packageEntries, peersOfPage, peersOfStart } from '../../../scripts/entries'
import { copyOfProject, installed, pack } from '../../support/packed'

// What `npm pack` makes, installed into an empty folder without a network.

const root = resolve(__dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'keyturn-packed-'))
const project = join(folder, 'project')
const bare = join(folder, 'bare')
const withPeers = join(folder, 'with-peers')
const installedAt = join(bare, 'node_modules/keyturn')

/** The AWS provider's types are those of its peers; `@types/node` and what that needs are for the compiler. */
const peers = [...new Set(packageEntries.flatMap(entry => entry.peers))]
const forTheCompiler = ['@types/node', 'undici-types', '@types/aws-lambda']

beforeAll(() => {
  copyOfProject(project)
  const tarball = pack(project, folder)
  installed(bare, tarball)
  installed(withPeers, tarball, [...peers, ...forTheCompiler])
})

afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

function node(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise(ended => {
    const child = execFile(process.execPath, args, { cwd, env: { PATH: process.env.PATH } }, (_, stdout, stderr) =>
      ended({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

const required = (name: string): readonly string[] => [
  '-e',
  `console.log(Object.keys(require('keyturn/${name}')).sort().join())`,
]

/** Of an ES module that imports CommonJS, `default` and, as a name, `module.exports` are all of it. */
const imported = (name: string): readonly string[] => [
  '--input-type=module',
  '-e',
  `import * as all from 'keyturn/${name}'
  console.log(Object.keys(all).filter(each => !['default', 'module.exports'].includes(each)).sort().join())`,
]

const entries = packageEntries.map(entry => [entry.name, entry] as const)
const withoutPeers = entries.filter(([, entry]) => entry.peers.length === 0)
const needing = entries.filter(([, entry]) => entry.peers.length > 0)

describe('the package', () => {
  it('may be published: it is not private, and says what it is', () => {
    const { private: isPrivate, keywords, license, description, files } = packageJson()
    expect(isPrivate).toBeUndefined()
    expect([keywords, license, description, files].every(each => (each ?? '').length > 3)).toBe(true)
  })

  it('brings nothing else along', () => {
    expect(readdirSync(join(bare, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['keyturn'])
  })

  it('names as optional peers what its entries and its start need, and nothing else', () => {
    const { peerDependencies, peerDependenciesMeta } = packageJson()
    const needed = [...new Set<string>([...peers, ...peersOfStart, ...peersOfPage])].toSorted()
    expect(Object.keys(peerDependencies ?? {})).toEqual(needed)
    expect(peerDependenciesMeta).toEqual(Object.fromEntries(needed.map(name => [name, { optional: true }])))
  })

  it('has the pages of the portal with their files, each as it is and compressed', () => {
    const folder = join(installedAt, 'dist/functions/portal/files')
    const page = readFileSync(join(folder, 'portal.html'), 'utf8')
    const named = [...page.matchAll(/(?:src|href)="\/portal\/([^"]+)"/g)].map(([, name = '']) => name)
    expect(named).toHaveLength(3)
    const names = ['portal.html', 'embed.html', ...named].flatMap(name => [name, `${name}.br`, `${name}.gz`])
    expect(readdirSync(folder).toSorted()).toEqual(names.toSorted())
  })

  it('leaves the documents of the project as they were', () => {
    for (const path of ['README.md', 'CHANGELOG.md', 'docs/operations.md', 'docs/decisions/storage.md']) {
      expect(readFileSync(join(project, path), 'utf8')).toBe(readFileSync(join(root, path), 'utf8'))
    }
    expect(existsSync(join(project, '.packing'))).toBe(false)
  })
})

describe('without any other package', () => {
  it.each(withoutPeers)('keyturn/%s loads, by require and by import', async name => {
    const [byRequire, byImport] = await Promise.all([node(bare, ...required(name)), node(bare, ...imported(name))])
    expect(byRequire).toEqual({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^\w/) })
    expect(byImport).toEqual(byRequire)
  })

  it.each(needing)(
    'keyturn/%s says which package it needs, by require and by import',
    async (name, { peers: needed }) => {
      const [first = ''] = needed
      const line = new RegExp(
        `^Error: keyturn/${name} needs ${first}, which is not installed: npm install ${first}@\\d`,
        'm',
      )
      for (const args of [required(name), imported(name)]) {
        const { exitCode, stderr } = await node(bare, ...args)
        expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(line) })
        for (const each of needed) expect(stderr).toMatch(new RegExp(`npm install .*${each}@\\d`))
        expect(stderr).not.toMatch(/Cannot find module|Require stack/)
      }
    },
  )

  it('the command runs, and its start says which package it needs', async () => {
    const command = join(bare, 'node_modules/.bin/keyturn')
    const { version } = packageJson()
    expect(await node(bare, command, '--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    const { exitCode, stdout, stderr } = await node(bare, command, 'start')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toMatch(
      /^keyturn: start needs [\w-]+, which is not installed: npm install dynalite@4 classic-level@3 memory-level@3\n$/,
    )
  })
})

describe('beside its peers', () => {
  it.each(needing)('keyturn/%s loads, by require and by import', async name => {
    const [byRequire, byImport] = [await node(withPeers, ...required(name)), await node(withPeers, ...imported(name))]
    expect(byRequire).toEqual({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^\w/) })
    expect(byImport).toEqual(byRequire)
  })

  it.each([
    ['node16', 'node16', 'cts'],
    ['node16', 'node16', 'mts'],
    ['bundler', 'esnext', 'ts'],
  ])(
    'the types of every entry are found by the resolution %s, module %s, in a .%s',
    async (resolution, module, extension) => {
      const file = `uses-${resolution}.${extension}`
      writeFileSync(join(withPeers, file), packageEntries.map(useOf).join('\n'))
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      const options = ['--noEmit', '--strict', '--target', 'es2023', '--types', 'node', '--skipLibCheck']
      const args = [...options, '--module', module, '--moduleResolution', resolution, file]
      expect(await node(withPeers, compiler, ...args)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    },
  )
})

/** Takes the entry's types for what they are: `any`, of a module that was not found, would pass everything. */
function useOf({ name }: PackageEntry, index: number): string {
  return `import * as entry${index} from 'keyturn/${name}'
type IsAny${index} = 0 extends 1 & typeof entry${index} ? true : false
export const isAny${index}: IsAny${index} = false
// @ts-expect-error There is no such export.
export const none${index} = entry${index}.noSuchExport`
}

describe('a link of a packed document', () => {
  const documents = () => filesBelow(installedAt).filter(path => path.endsWith('.md'))

  it('leads to a file of the package, and to a heading that it has', () => {
    const links = documents().flatMap(path => linksOf(path))
    expect(links.length).toBeGreaterThan(100)
    expect(links.filter(link => !isAlive(link))).toEqual([])
  })

  it('that leads out of it in the repository is told by its path', () => {
    const readme = readFileSync(join(installedAt, 'README.md'), 'utf8')
    expect(readme).toMatch(/`serve` \(`src\/http\/serve\.ts:\d+`\)/)
    expect(readme).toContain('A path that is not a link is one of the repository')
  })
})

interface Link {
  readonly from: string
  readonly target: string
}

function linksOf(path: string): readonly Link[] {
  const text = readFileSync(join(installedAt, path), 'utf8').replaceAll(/^```[^]*?^```/gm, '')
  const targets = [...text.matchAll(/\]\(([^()\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
  return targets
    .map(([, one, other]) => ({ from: path, target: one ?? other ?? '' }))
    .filter(({ target }) => !/^(?:https?:|mailto:)/.test(target))
}

function isAlive({ from, target }: Link): boolean {
  const [file = '', anchor] = target.split('#')
  const path = join(installedAt, file === '' ? from : normalize(join(dirname(from), file)))
  if (!existsSync(path)) return false
  if (anchor === undefined || !path.endsWith('.md')) return true
  return headingsOf(readFileSync(path, 'utf8')).includes(anchor)
}

/** As GitHub and npm make anchors of headings. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function filesBelow(folderOf: string): readonly string[] {
  return readdirSync(folderOf, { recursive: true, encoding: 'utf8' })
    .filter(path => statSync(join(folderOf, path)).isFile())
    .map(path => relative(folderOf, join(folderOf, path)))
}

interface PackageJson {
  readonly version: string
  readonly private?: boolean
  readonly keywords?: readonly string[]
  readonly files?: readonly string[]
  readonly license?: string
  readonly description?: string
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: object
}

function packageJson(): PackageJson {
  return JSON.parse(readFileSync(join(installedAt, 'package.json'), 'utf8')) as PackageJson
}
