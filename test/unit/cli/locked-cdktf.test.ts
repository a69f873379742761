import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type LockedInstall, lockedCdktf } from '../../../cli/locked-cdktf'

const command = 'node_modules/cdktf-cli/bundle/bin/cdktf'
let folder: string
let install: LockedInstall
let said: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-locked-'))
  said = []
  const source = join(folder, 'source')
  mkdirSync(source)
  writeFileSync(join(source, 'package.json'), '{"name":"x"}')
  writeFileSync(join(source, 'package-lock.json'), '{"lockfileVersion":3}')
  install = { source, cache: join(folder, 'cache'), environment: {}, say: line => said.push(line) }
  standIn(`mkdir -p node_modules/cdktf-cli/bundle/bin && echo hi > ${command}`)
})

afterEach(() => rmSync(folder, { recursive: true }))

/** An `npm` that notes how it is called, then does `work` in its folder. */
function standIn(work: string): void {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const script = `#!/bin/sh\necho "$@" >> ${folder}/calls\nenv > ${folder}/environment\nls > ${folder}/listed\n${work}\n`
  writeFileSync(join(bin, 'npm'), script, { mode: 0o755 })
  install = { ...install, environment: { PATH: `${bin}:${process.env.PATH}`, AWS_SECRET_ACCESS_KEY: 'canary' } }
}

function calls(): readonly string[] {
  return existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : []
}

describe('CDKTF’s command line', () => {
  it('is installed once, from the lock file, without scripts and without credentials', () => {
    const file = lockedCdktf(install)
    expect(file).toMatch(/\/cache\/cdktf-cli-[0-9a-f]{16}\/node_modules\/cdktf-cli\/bundle\/bin\/cdktf$/)
    expect(readFileSync(file, 'utf8')).toBe('hi\n')
    expect(lockedCdktf(install)).toBe(file)
    expect(calls()).toEqual([expect.stringMatching(/^ci --prefix \S+ --ignore-scripts /)])
    expect(readFileSync(join(folder, 'environment'), 'utf8')).not.toContain('AWS_')
    expect(readFileSync(join(folder, 'listed'), 'utf8')).toBe('package-lock.json\npackage.json\n')
    expect(said).toEqual([expect.stringMatching(/^Installing/)])
  })

  it('is another one for another lock file', () => {
    const file = lockedCdktf(install)
    writeFileSync(join(install.source, 'package-lock.json'), '{"lockfileVersion":3,"packages":{}}')
    expect(lockedCdktf(install)).not.toBe(file)
    expect(calls()).toHaveLength(2)
  })

  it.each([
    ['npm fails', 'exit 3', "CDKTF's command line could not be installed: npm ci ended with 3"],
    ['it has no such command', 'true', `npm ci installed no ${command}`],
  ])('leaves nothing behind where %s', (_, work, message) => {
    standIn(work)
    expect(() => lockedCdktf(install)).toThrow(message)
    expect(readdirSync(install.cache)).toEqual([])
  })

  it('stays as it is where somebody else was faster', () => {
    const other = '$(dirname "$PWD")/$(basename "$PWD" | sed "s/\\.[^.]*$//")'
    standIn(`mkdir -p node_modules/cdktf-cli/bundle/bin && echo late > ${command}
      mkdir -p ${other}/node_modules/cdktf-cli/bundle/bin && echo first > ${other}/${command}`)
    expect(readFileSync(lockedCdktf(install), 'utf8')).toBe('first\n')
    expect(readdirSync(install.cache)).toHaveLength(1)
  })
})

interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly inBundle?: boolean
}

describe('the lock file in the repository', () => {
  const source = resolve(__dirname, '../../../cli/cdktf-cli')
  const read = (file: string) => JSON.parse(readFileSync(join(source, file), 'utf8'))
  const packages = Object.entries<LockedPackage>(read('package-lock.json').packages).filter(([path]) => path !== '')

  it('names the one version of CDKTF that is deployed with', () => {
    const { dependencies } = read('package.json')
    expect(dependencies).toEqual({
      'cdktf-cli': JSON.parse(readFileSync('package.json', 'utf8')).devDependencies.cdktf,
    })
    const locked = packages.find(([path]) => path === 'node_modules/cdktf-cli')
    expect(locked?.[1].version).toBe(dependencies['cdktf-cli'])
  })

  it('has a digest for each package, and names no registry', () => {
    expect(packages.length).toBeGreaterThan(400)
    // What is bundled is part of another package's file.
    const downloaded = packages.filter(([, { inBundle }]) => inBundle !== true)
    expect(downloaded.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)).toEqual([])
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })
})
