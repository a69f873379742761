import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { importsOf, sourceFiles } from './support/source-files'
import type { SourceFile } from './support/source-files'

// What the compiler and the linter do not check: DESIGN's folders, and where bare secrets are handled.

const product = sourceFiles('src', 'lambdas')

/** All places in which a secret becomes text. Whoever adds one says in its review why. */
const revealing = [
  'src/aws/kms-sealer.ts',
  'src/aws/secrets-manager-mirror.ts',
  'src/aws/secrets-manager-own-secret.ts',
  'src/delivery/signed-request.ts',
  'src/http/reveal-values.ts',
  'src/local/create-key-command.ts',
  'src/local/seed-api-keys.ts',
  'src/local/seed-endpoints.ts',
  'src/mirror/mirror-document.ts',
  'src/rotation-hook/create-secret.ts',
  'src/rotation-hook/next-document.ts',
  'src/rotation-hook/stored-keys.ts',
  'src/rotation-hook/vendor-request.ts',
  'src/rotation/new-key.ts',
]

describe('secrets', () => {
  it('become text in these files alone', () => {
    expect(pathsWith(product, ({ text }) => /\.reveal\b/.test(text)).toSorted()).toEqual(revealing)
  })

  it('may exist bare in as many places as the README says', () => {
    const [, list = ''] = readFileSync('SECURITY.md', 'utf8').split('## Where a bare secret may exist\n')
    const rows = list.slice(0, list.indexOf('\n\n')).split('\n').slice(2)
    const [, number] = /A bare secret exists in (\w+) places/.exec(readFileSync('README.md', 'utf8')) ?? []
    expect(number).toBe(['four', 'five', 'six', 'seven', 'eight'][rows.length - 4])
  })
})

/** The rules and use cases, which may use one another. */
const core = ['access', 'contracts', 'delivery', 'endpoints', 'mirror', 'rotation', 'rotation-hook']

/** What the files of each folder may import besides their own folder's: only what is below them. */
const below: Readonly<Record<string, readonly string[]>> = {
  'src/verify': [],
  'src/contracts': ['src/rotation', 'src/verify'],
  'src/access': ['src/contracts', 'src/rotation'],
  ...Object.fromEntries(
    ['delivery', 'endpoints', 'mirror', 'rotation', 'rotation-hook'].map(name => [
      `src/${name}`,
      [...core.map(other => `src/${other}`), 'src/verify'],
    ]),
  ),
  'src/secrets-manager': ['src/verify'],
  'src/aws': [...core.map(name => `src/${name}`), 'src/secrets-manager', 'src/verify'],
  'src/http': [...core.map(name => `src/${name}`), 'src/verify'],
  'src/local': [...core.map(name => `src/${name}`), 'src/aws', 'src/http', 'src/verify'],
  lambdas: [...core.map(name => `src/${name}`), 'src/aws', 'src/http', 'package.json'],
}

/** The consumer library's entry point, which is given a client and puts the adapter around it. */
const consumerEntry = 'src/secrets-manager/mirrored-secrets.ts'

describe('imports', () => {
  it('go one way: entry points, then adapters and HTTP, then use cases and rules', () => {
    const against = product.flatMap(file =>
      ownImports(file)
        .filter(imported => !(below[folderOf(file.path)] ?? []).includes(folderOf(imported)))
        .map(imported => `${file.path}: ${imported}`),
    )
    expect(against).toEqual([`${consumerEntry}: src/aws/secret-version-source`])
  })

  it('of the AWS SDK are in src/aws and src/local, and as a type in what a consumer calls', () => {
    expect(importers(product, /^@(?:aws-sdk|smithy)\//, /^src\/(?:aws|local)\//)).toEqual([consumerEntry])
    expect(importers(product, /^@aws-sdk\//, /^$/)).not.toEqual([])
  })

  it('of cdktf are in infra and its tests alone', () => {
    const everywhere = sourceFiles('src', 'lambdas', 'infra', 'scripts', 'bench', 'test', 'examples')
    expect(
      importers(everywhere, cdktf, /^(?:infra|test\/infra|test\/deploy|examples\/(?:consumer|platform))\//),
    ).toEqual([])
    expect(importers(everywhere, cdktf, /^$/)).not.toEqual([])
  })

  it('of the verifier are its own files and Node alone', () => {
    const files = sourceFiles('src/verify')
    expect(importers(files, /^(?!node:|src\/verify\/)/, /^$/)).toEqual([])
    expect(files.length).toBeGreaterThan(5)
  })
})

const cdktf = /^(?:cdktf$|cdktf\/|@cdktf\/|constructs$)/

describe('vendors', () => {
  it('are named in their contracts and in what the local run starts with, nowhere else', () => {
    const vendors = /tumban|thesignup|storno|featurebase|teambattles/i
    const named = pathsWith([...product, ...sourceFiles('infra', 'scripts')], ({ text }) => vendors.test(text))
    expect(named.filter(path => !path.startsWith('src/contracts/'))).toEqual(['src/local/seed-plan.ts'])
  })
})

describe('no file', () => {
  const all = sourceFiles('.')

  it("names a folder of somebody's machine", () => {
    expect(pathsWith(all, ({ text }) => /(?<![\w.$}/])\/(?:work|root|home|Users|mnt)\/[\w.-]/.test(text))).toEqual([])
    expect(all.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'package.json', 'src/http/app.ts']),
    )
  })
})

function folderOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  return first === 'src' ? `src/${second}` : first
}

/** The files of ours from other folders. */
function ownImports(file: SourceFile): readonly string[] {
  return importsOf(file).filter(
    imported =>
      /^(?:src|lambdas|infra|scripts|test|bench|package\.json)(?:\/|$)/.test(imported) &&
      folderOf(imported) !== folderOf(file.path),
  )
}

function importers(files: readonly SourceFile[], wanted: RegExp, except: RegExp): readonly string[] {
  return pathsWith(files, file => !except.test(file.path) && importsOf(file).some(imported => wanted.test(imported)))
}

function pathsWith(files: readonly SourceFile[], has: (file: SourceFile) => boolean): readonly string[] {
  return files.filter(has).map(({ path }) => path)
}
