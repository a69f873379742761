import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storedZip } from '../../../infra/stored-zip'
import { storedFiles } from '../../deploy/support/stored-files'

const entries = [
  { name: 'index.js', content: Buffer.from('exports.handler = async () => 1\n') },
  { name: 'mounts.json', content: Buffer.from('[{"basePath":"/ü"}]') },
]

describe('storedZip', () => {
  it('keeps names and contents', () => {
    expect([...storedFiles(storedZip(entries))]).toEqual(entries.map(({ name, content }) => [name, content]))
  })

  it('is the same bytes for the same files', () => {
    expect(storedZip(entries).equals(storedZip(structuredClone(entries).map(copied)))).toBe(true)
  })

  it('is read by another implementation, checksums included', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-zip-'))
    const file = join(folder, 'code.zip')
    writeFileSync(file, storedZip(entries))
    // npm's own reader is for tarballs, and Node has none: Python's comes with every Debian.
    expect(execFileSync('python3', ['-m', 'zipfile', '-t', file], { encoding: 'utf8' })).toContain('Done testing')
    rmSync(folder, { recursive: true })
  })
})

function copied({ name, content }: { readonly name: string; readonly content: Uint8Array }) {
  return { name, content: Buffer.from(content) }
}
