import { describe, expect, it } from '@jest/globals'
import { firstViolation } from '../support/simulator/first-violation'

describe('random schedules', () => {
  it('keep every invariant, whatever crashes, is lost, comes late or is repeated', async () => {
    expect(await firstViolation({ from: 0, seeds: 20_000 })).toBeNull()
  }, 120_000)
})
