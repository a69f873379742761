import { afterAll, describe, expect, it } from '@jest/globals'
import { endBuilder } from '../../src/local/build'
import { firstViolationInProcesses, shares } from '../support/simulator/in-processes'

afterAll(() => endBuilder())

describe('random schedules', () => {
  it('keep every invariant, whatever crashes, is lost, comes late or is repeated', async () => {
    expect(await firstViolationInProcesses({ from: 0, seeds: 20_000 })).toBeNull()
  })

  it('are reported when one of the processes finds a fault', async () => {
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
