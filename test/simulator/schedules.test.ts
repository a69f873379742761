import { afterAll, describe, expect, it } from '@jest/globals'
import { endBuilder } from '../../scripts/bundle'
import { firstViolationInProcesses, shares } from './in-processes'

// `npm test` runs 20,000 of them before this, by `npm run simulate`: alone, so that they have the machine to themselves.

afterAll(() => endBuilder())

describe('random schedules', () => {
  it('hold where no safeguard is missing, and are reported when one of the processes finds a fault', async () => {
    expect(await firstViolationInProcesses({ from: 0, seeds: 400 })).toBeNull()
    const found = await firstViolationInProcesses({ from: 0, seeds: 400 }, 'commitWithoutCondition')
    expect(found).toMatch(/^seed \d+: .*\bseed \d+ broke: a revision is written once/s)
  })

  it('are shared out over the processors, each seed once', () => {
    const seeds = shares({ from: 7, seeds: 5 }, 3).flatMap(({ from, seeds }) =>
      Array.from({ length: seeds }, (_, nth) => from + nth),
    )
    expect(seeds).toEqual([7, 8, 9, 10, 11])
    expect(shares({ from: 0, seeds: 1 }, 4)).toEqual([{ from: 0, seeds: 1 }])
  })
})
