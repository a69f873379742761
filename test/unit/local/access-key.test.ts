import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localAccessKeyId } from '../../../local/aws-resources'

let dir: string
let file: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keyturn-access-key-'))
  file = join(dir, 'access-key.json')
})

afterEach(() => rmSync(dir, { recursive: true }))

describe('the access key id of a local run', () => {
  it('is made where a data folder has none yet, for its owner alone, and stays', () => {
    const made = localAccessKeyId(file)
    expect(made).toMatch(/^LOCAL[0-9A-F]{15}$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(localAccessKeyId(file)).toBe(made)
  })

  it('is another one in every data folder', () => {
    const made = Array.from({ length: 20 }, (_, at) => localAccessKeyId(join(dir, String(at))))
    expect(new Set(made).size).toBe(20)
  })

  it.each(['', '{}', '{"accessKeyId":"local"}'])('in a file that holds %s is told to be damaged', contents => {
    writeFileSync(file, contents)
    expect(() => localAccessKeyId(file)).toThrow(/access-key\.json is damaged; delete it, and a new access key id/)
  })
})
