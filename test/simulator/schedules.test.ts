import { afterAll, describe, expect, it } from '@jest/globals'
import { endBuilder } from '../../scripts/bundle'
import { hookSettings } from './hook/plan'
import { strikeEveryCall } from './hook/strike-calls'
import {
  firstHookViolationInProcesses,
  firstPublishedViolationInProcesses,
  firstViolationInProcesses,
  shares,
} from './in-processes'

// `npm test` runs more, by `npm run simulate`: alone, so that they have the machine to themselves.

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

describe('random schedules of published keys', () => {
  it('let no receiver refuse a genuine delivery, whatever crashes, comes late, is out of reach or meets', async () => {
    expect(await firstPublishedViolationInProcesses({ from: 0, seeds: 200 })).toBeNull()
  })
})

describe('random schedules of the rotation hook', () => {
  it('keep every invariant, whatever crashes, is lost, comes late, is repeated or meets', async () => {
    expect(await firstHookViolationInProcesses({ from: 0, seeds: 200 })).toBeNull()
  })
})

describe('a rotation whose every step runs twice', () => {
  it.each(hookSettings.flat().map(setting => ({ name: setting.contract.name, setting })))(
    'ends well at $name when it is killed before, or has its reply dropped after, any call of hook or vendor',
    async ({ setting }) => {
      const { calls, violation } = await strikeEveryCall(setting, ['killed-before', 'reply-lost'])
      expect(violation).toBeNull()
      expect(calls).toBeGreaterThan(20)
    },
  )
})
