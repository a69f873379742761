import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { semanticsPage, semanticsTable, shownContracts, withTable } from '../../../scripts/semantics-table'
import { allContracts, hookContracts } from '../../../src/contracts/all'
import { allMadeUp } from '../contracts/made-up/all-made-up'

describe('the table of semantics', () => {
  it('is in the docs as the contracts make it: run `npm run semantics` if not', () => {
    const page = readFileSync(semanticsPage, 'utf8')
    expect(page).toBe(withTable(page, shownContracts))
    for (const { name } of [...allContracts, ...hookContracts]) expect(page).toContain(`\n| ${name} | `)
  })

  it('says of each made-up contract what it means, and nothing undefined', () => {
    const table = semanticsTable(allMadeUp)
    expect(table.split('\n')).toHaveLength(2 + allMadeUp.length)
    expect(table).not.toMatch(/undefined|NaN|\[object/)
    expect(table).toContain('`rotation.keep_old`')
    expect(table).toMatch(/\| brambleway \|.*\| the receiver, in `secret` \|/)
    expect(table).toMatch(/\| quarterdeck \|.*409, unless `anyway` is true.*`Idempotency-Key`, which must be given/)
    expect(table).toMatch(/\| harborline \| ends at once unless said otherwise .*`"forever"` without an end/)
    expect(table).toMatch(/\| harborline \|.*the one before in a header of its own/)
    expect(table).toMatch(/\| lanternkey \|.*30 seconds \|$/m)
  })
})
