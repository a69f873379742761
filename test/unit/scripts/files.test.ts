import { afterAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeFolder, replaceChangedFile } from '../../../scripts/files'

const dir = mkdtempSync(join(tmpdir(), 'keyturn-folders-'))

afterAll(() => rmSync(dir, { recursive: true }))

describe('a folder', () => {
  it('is made with those above it, all of one mode, and may be there already', () => {
    for (let times = 0; times < 2; times += 1) makeFolder(join(dir, 'a', 'b', 'c'), 0o700)
    const made = [join(dir, 'a'), join(dir, 'a', 'b'), join(dir, 'a', 'b', 'c')]
    expect(made.map(path => statSync(path).mode & 0o777)).toEqual([0o700, 0o700, 0o700])
  })

  it('is not made where a file stands', () => {
    writeFileSync(join(dir, 'file'), '')
    expect(() => makeFolder(join(dir, 'file'))).toThrow(/^EEXIST/)
    expect(() => makeFolder(join(dir, 'file', 'x'))).toThrow(/^ENOTDIR/)
  })

  it('of a bundle ends the build below /proc, too', () => {
    expect(() => replaceChangedFile('/proc/x/y/index.js', Buffer.from(''))).toThrow(/^ENOENT/)
  })
})
