import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { firstViolationOf, hookSchedules } from '../support/simulator/first-violation'
import { hookSettings } from '../support/simulator/hook/settings'
import { strikeEveryCall } from '../support/simulator/hook/strike-calls'

const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)

beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => void process.off('unhandledRejection', note))

describe('random schedules of the rotation hook', () => {
  it('keep every invariant, whatever crashes, is lost, comes late, is repeated or meets', async () => {
    expect(await firstViolationOf(hookSchedules, { from: 0, seeds: 3000 })).toBeNull()
    expect(unhandled).toEqual([])
  }, 120_000)
})

describe('a rotation whose every step runs twice', () => {
  it.each(hookSettings.flat().map(setting => ({ name: setting.contract.name, setting })))(
    'ends well at $name when it is killed before, or has its reply dropped after, any call of hook or vendor',
    async ({ setting }) => {
      const { calls, violation } = await strikeEveryCall(setting, ['crash-before', 'drop-reply'])
      expect(violation).toBeNull()
      expect(calls).toBeGreaterThan(20)
    },
    60_000,
  )
})
