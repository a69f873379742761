import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockFile, processStart, takeDataDir } from '../../../local/data-dir'

const kept = { data: 'kept' } as const
const removed = { data: 'removed' } as const
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keyturn-data-'))
})

afterEach(() => rmSync(dir, { recursive: true }))

const lock = (holder: unknown) => writeFileSync(join(dir, lockFile), JSON.stringify(holder))

describe('the data folder', () => {
  it('is made for its owner alone', () => {
    const made = join(dir, 'a', 'b')
    takeDataDir(made, kept)
    expect(statSync(made).mode & 0o777).toBe(0o700)
    expect(statSync(join(made, lockFile)).mode & 0o777).toBe(0o600)
  })

  it('is in use until it is given back', () => {
    const giveBack = takeDataDir(dir, kept)
    expect(() => takeDataDir(dir, kept)).toThrow(/is in use by a running Keyturn/)
    expect(() => takeDataDir(dir, removed)).toThrow(/is in use by a running Keyturn/)
    giveBack()
    takeDataDir(dir, kept)()
  })

  it('is free when the process that had it is gone', () => {
    lock({ pid: 2 ** 22 + 1, start: '1' })
    takeDataDir(dir, kept)()
    lock({ pid: 2 ** 22 + 1, start: null })
    takeDataDir(dir, kept)()
  })

  it('is free when another process has the pid by now', () => {
    lock({ pid: process.ppid, start: '1' })
    takeDataDir(dir, kept)()
    lock({ pid: process.ppid, start: processStart(process.ppid) })
    expect(() => takeDataDir(dir, kept)).toThrow(/is in use/)
  })

  it('is free when its lock cannot be read', () => {
    writeFileSync(join(dir, lockFile), '{"pid":')
    takeDataDir(dir, kept)()
  })

  it('is not emptied for a lock that cannot be read, which may be anybody’s', () => {
    writeFileSync(join(dir, 'thesis.txt'), 'x')
    for (const text of ['hello', '"hello"', '7']) {
      writeFileSync(join(dir, lockFile), text)
      expect(() => takeDataDir(dir, removed)).toThrow(/is not Keyturn's; nothing was removed$/)
    }
    expect(readFileSync(join(dir, 'thesis.txt'), 'utf8')).toBe('x')
  })

  it('keeps what it holds, unless a fresh start is asked for', () => {
    takeDataDir(dir, kept)()
    mkdirSync(join(dir, 'aws'))
    writeFileSync(join(dir, 'aws', 'x'), 'x')
    takeDataDir(dir, kept)()
    expect(readFileSync(join(dir, 'aws', 'x'), 'utf8')).toBe('x')
    takeDataDir(dir, removed)()
    expect(existsSync(join(dir, 'aws'))).toBe(false)
  })

  it('is never one that holds files of somebody else', () => {
    writeFileSync(join(dir, 'thesis.txt'), 'x')
    for (const taking of [kept, removed]) expect(() => takeDataDir(dir, taking)).toThrow(/left alone/)
    expect(readFileSync(join(dir, 'thesis.txt'), 'utf8')).toBe('x')
  })

  it('says that it cannot be written', () => {
    writeFileSync(join(dir, 'file'), '')
    expect(() => takeDataDir(join(dir, 'file'), kept)).toThrow(/cannot be written \(EEXIST\)/)
    expect(() => takeDataDir(join(dir, 'file', 'x'), kept)).toThrow(/cannot be written \(ENOTDIR\)/)
  })

  it.each(['/proc/x', '/proc/x/y', '/proc/1/x', '/sys/x', '/dev/null/x'])('says so of %s', folder => {
    expect(() => takeDataDir(folder, kept)).toThrow(/^the data directory \S+ cannot be written \(E[A-Z]+\)$/)
  })
})
