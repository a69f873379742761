import { afterAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readMounts } from '../../../lambdas/wiring'
import { allContracts } from '../../../src/contracts/all'
import { allMadeUp } from '../contracts/made-up/all-made-up'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-mounts-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the mounts', () => {
  it('are those beside the bundle, whole: a contract is data', () => {
    const mounts = [...allContracts, ...allMadeUp].map(contract => ({ contract, basePath: `/${contract.name}` }))
    writeFileSync(join(folder, 'mounts.json'), JSON.stringify(mounts))
    expect(readMounts(folder)).toEqual(mounts)
  })

  it('are missed by the name of their file', () => {
    expect(() => readMounts(join(folder, 'elsewhere'))).toThrow('mounts.json')
  })
})
