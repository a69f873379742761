import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPages } from '../../../scripts/portal-pages'

const folder = mkdtempSync(join(tmpdir(), 'portal-pages-'))

beforeAll(() => buildPages(folder))

afterAll(() => rmSync(folder, { recursive: true }))

function named(ending: string): readonly string[] {
  return readdirSync(folder).filter(name => name.endsWith(ending))
}

describe('the pages of the portal', () => {
  it('are one script and one style sheet, which load nothing further', () => {
    const [script = '', ...others] = named('.js')
    expect([others, named('.css')]).toEqual([[], [expect.stringMatching(/^style-/)]])
    expect(readFileSync(join(folder, script), 'utf8')).not.toMatch(/^import\b|\bimport\(/)
  })

  it('take at most 40 KB gzipped', () => {
    const bytes = [...named('.js.gz'), ...named('.css.gz')].map(name => statSync(join(folder, name)).size)
    expect(bytes).toHaveLength(2)
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(40 * 1024)
  })
})
