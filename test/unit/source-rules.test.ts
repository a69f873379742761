import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { importsOf, type SourceFile, sourceFiles } from '../support/source-files'

// What the compiler and the linter do not check: DESIGN's folders, and where bare secrets are handled.

const product = sourceFiles('src', 'lambdas', 'config', 'scripts', 'infra', 'local', 'cli')

/** All files in which a secret becomes text. Whoever adds one says in its review why. */
const revealing = [
  'cli/keys.ts',
  'local/seed.ts',
  'src/aws/kms-sealer.ts',
  'src/aws/secrets-manager-mirror.ts',
  'src/aws/secrets-manager-rotated-secret.ts',
  'src/delivery/signed-request.ts',
  'src/http/uses/api-keys.ts',
  'src/http/uses/portal-sessions.ts',
  'src/http/uses/ring.ts',
  'src/rotation-hook/create-secret.ts',
  'src/rotation-hook/document.ts',
  'src/rotation-hook/vendor-request.ts',
  'src/rotation/keys.ts',
  'src/rotation/mirror.ts',
]

describe('secrets', () => {
  it('become text in these files alone', () => {
    // A contract has a member of that name.
    const reveals = /(?<!rotateBody\??)\.reveal\b/
    expect(pathsWith(product, ({ text }) => reveals.test(text)).toSorted()).toEqual(revealing)
  })

  it('may exist bare in as many places as the README says', () => {
    const [, list = ''] = readFileSync('SECURITY.md', 'utf8').split('## Where a bare secret may exist\n')
    const rows = list.slice(0, list.indexOf('\n\n')).split('\n').slice(2)
    const [, number] = /A bare secret exists in (\w+) places/.exec(readFileSync('README.md', 'utf8')) ?? []
    expect(number).toBe(['four', 'five', 'six', 'seven', 'eight', 'nine'][rows.length - 4])
  })
})

/** The folders from the ground up. One may not import another that stands in a line above it. */
const storeys = [
  ['src/core', 'src/verify', 'src/client'],
  ['src/secrets-manager', 'src/contracts', 'src/explain'],
  ['src/rotation'],
  ['src/access', 'src/delivery', 'src/rotation-hook'],
  ['src/http', 'src/aws'],
  ['lambdas', 'config', 'scripts'],
  ['infra', 'local'],
  ['cli'],
  ['src/portal'],
]

/** The folders that import nothing of ours. */
const groundFloor = /^src\/(?:core|verify|client)\//

describe('imports', () => {
  it('go down: no folder imports one above it', () => {
    const up = acrossFolders().filter(({ from, to }) => storeyOf(to) > storeyOf(from))
    expect(up).toEqual([])
  })

  it('go one way: no two folders import each other', () => {
    const across = acrossFolders()
    const back = across.filter(({ from, to }) => across.some(other => other.from === to && other.to === from))
    expect(back).toEqual([])
  })

  it('of the core, of the verifier and of the client are their own files, Node and packages alone', () => {
    const files = product.filter(({ path }) => groundFloor.test(path))
    expect(files.length).toBeGreaterThan(10)
    expect(acrossFolders().filter(({ from }) => /^src\/(?:core|verify|client)$/.test(from))).toEqual([])
  })

  it('of the AWS SDK are in the adapters, with receivers, and where nothing is deployed', () => {
    expect(
      importers(product, /^@(?:aws-sdk|smithy)\//, /^(?:src\/aws|src\/secrets-manager|local|cli|scripts)\//),
    ).toEqual([])
    expect(importers(product, /^@aws-sdk\//, /^$/)).not.toEqual([])
  })

  it('of infra are its own alone', () => {
    expect(importers(product, /^infra\//, /^infra\//)).toEqual([])
  })

  it('of cdktf are in infra and its tests alone', () => {
    const everywhere = [...product, ...sourceFiles('bench', 'test', 'examples')]
    const allowed = /^(?:infra|test\/unit\/infra|test\/deploy|examples\/(?:consumer|platform))\//
    expect(importers(everywhere, cdktf, allowed)).toEqual([])
    expect(importers(everywhere, cdktf, /^$/)).not.toEqual([])
  })

  it('of the verifier are its own files and Node alone', () => {
    const files = sourceFiles('src/verify')
    expect(importers(files, /^(?!node:|src\/verify\/)/, /^$/)).toEqual([])
    expect(files.length).toBeGreaterThan(5)
  })

  it('of the page are its own files, the client, what contracts say, the core and Preact, and nothing imports it', () => {
    const files = sourceFiles('src/portal')
    expect(importers(files, /^(?!src\/(?:portal|client|contracts|core)(?:\/|$)|preact(?:\/hooks)?$)/, /^$/)).toEqual([])
    expect(importers(product, /^src\/portal\//, /^src\/portal\//)).toEqual([])
    expect(importers(files, /^preact$/, /^$/)).not.toEqual([])
  })

  it('of the client are its own files alone', () => {
    const files = sourceFiles('src/client')
    expect(importers(files, /^(?!src\/client\/)/, /^$/)).toEqual([])
    expect(files.length).toBeGreaterThan(5)
  })
})

const cdktf = /^(?:cdktf$|cdktf\/|@cdktf\/|constructs$)/

describe('vendors', () => {
  it('are named in their contracts and in what the local run starts with, nowhere else', () => {
    const vendors = /tumban|thesignup|storno|featurebase|teambattles|github|gitlab/i
    const named = pathsWith(product, ({ text }) => vendors.test(withoutComments(text)))
    expect(named.filter(path => !path.startsWith('src/contracts/'))).toEqual(['local/seed-plan.ts'])
  })
})

describe('no file', () => {
  const all = sourceFiles('.')

  it("names a folder of somebody's machine", () => {
    expect(pathsWith(all, ({ text }) => /(?<![\w.$}/])\/(?:work|root|home|Users|mnt)\/[\w.-]/.test(text))).toEqual([])
    expect(all.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'package.json', 'src/http/serve.ts']),
    )
  })
})

/** Comments may name whoever wrote the standard that they cite. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|(?<=^|\s)\/\/[^\n]*/gs, '')
}

interface Import {
  readonly from: string
  readonly to: string
  readonly file: string
}

/** Every import of one folder from another, by value or by type. */
function acrossFolders(): readonly Import[] {
  return product.flatMap(file =>
    importsOf(file)
      .map(imported => ({ from: folderOf(file.path), to: folderOf(imported), file: file.path }))
      .filter(({ from, to }) => from !== to && storeyOf(to) !== -1),
  )
}

function storeyOf(folder: string): number {
  return storeys.findIndex(storey => storey.includes(folder))
}

function folderOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'src' ? `src/${second}` : first
}

function importers(files: readonly SourceFile[], wanted: RegExp, except: RegExp): readonly string[] {
  return pathsWith(files, file => !except.test(file.path) && importsOf(file).some(imported => wanted.test(imported)))
}

function pathsWith(files: readonly SourceFile[], has: (file: SourceFile) => boolean): readonly string[] {
  return files.filter(has).map(({ path }) => path)
}
