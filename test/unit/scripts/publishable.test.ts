import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { repositoryFault } from '../../../scripts/publishable'

describe('the repository of what is published', () => {
  it.each([
    'https://git.example.org/team/keyturn',
    'git+https://git.example.org/team/keyturn.git',
    { type: 'git', url: 'git+https://git.example.org/team/keyturn.git', directory: 'packages/keyturn' },
  ])('may be %j', repository => {
    expect(repositoryFault(repository)).toBeNull()
  })

  it.each([
    '',
    'team/keyturn',
    'github:team/keyturn',
    'http://git.example.org/team/keyturn',
    'git://git.example.org/team/keyturn.git',
    'git+ssh://git@git.example.org/team/keyturn.git',
    'git@git.example.org:team/keyturn.git',
    'https://someone:token@git.example.org/team/keyturn',
    'https://localhost/team/keyturn',
    'https://git.example.org',
    'https://git.example.org/',
    'file:///home/someone/keyturn',
    null,
    17,
    [],
    {},
    { type: 'git' },
    { url: 'team/keyturn' },
  ])('may not be %j, which is told by the field and what is allowed', repository => {
    const fault = repositoryFault(repository)
    expect(fault).toMatch(/^repository must be the https or git\+https URL of the public repository, /)
    expect(fault).not.toContain('token@')
  })
})

describe('npm', () => {
  const root = resolve(__dirname, '../../..')
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-publishable-'))
  /** Whatever asks a registry fails, whichever this machine has. */
  const nowhere = ['--registry', 'http://127.0.0.1:9', '--fetch-retries', '0']

  beforeAll(() => {
    for (const name of ['node_modules', 'scripts']) symlinkSync(join(root, name), join(folder, name))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  function npm(repository: string | undefined, ...args: readonly string[]) {
    const { name, version, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const { prepublishOnly } = scripts
    const described = { name, version, repository, scripts: { prepublishOnly } }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(described))
    return new Promise<{ readonly exitCode: number | null; readonly stderr: string }>(ended => {
      const child = execFile('npm', [...args, ...nowhere], { cwd: folder }, (_error, _stdout, stderr) =>
        ended({ exitCode: child.exitCode, stderr }),
      )
    })
  }

  it('publishes nothing that does not say where it is from', async () => {
    const { exitCode, stderr } = await npm(undefined, 'publish', '--dry-run')
    expect(exitCode).not.toBe(0)
    expect(stderr).toContain('package.json: repository is missing: it must be the https or git+https URL')
    expect(stderr).not.toContain('127.0.0.1')
  })

  it('goes on once it does', async () => {
    const at = 'https://git.example.org/team/keyturn'
    expect(await npm(at, 'run', 'prepublishOnly')).toEqual({ exitCode: 0, stderr: '' })
  })

  it('packs either way', async () => {
    expect(await npm(undefined, 'pack', '--dry-run')).toMatchObject({ exitCode: 0 })
  })
})
