import { afterAll, describe, expect, it } from '@jest/globals'
import { endBuilder } from '../../scripts/bundle'
import { hookSettings } from './hook/settings'
import { strikeEveryCall } from './hook/strike-calls'
import { firstHookViolationInProcesses } from './in-processes'

afterAll(() => endBuilder())

describe('random schedules of the rotation hook', () => {
  // `npm test` runs 3,000 of them before this, by `npm run simulate`.
  it('keep every invariant, whatever crashes, is lost, comes late, is repeated or meets', async () => {
    expect(await firstHookViolationInProcesses({ from: 0, seeds: 200 })).toBeNull()
  })
})

describe('a rotation whose every step runs twice', () => {
  it.each(hookSettings.flat().map(setting => ({ name: setting.contract.name, setting })))(
    'ends well at $name when it is killed before, or has its reply dropped after, any call of hook or vendor',
    async ({ setting }) => {
      const { calls, violation } = await strikeEveryCall(setting, ['crash-before', 'drop-reply'])
      expect(violation).toBeNull()
      expect(calls).toBeGreaterThan(20)
    },
  )
})
