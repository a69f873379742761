import { describe, expect, it } from '@jest/globals'
import { firstViolationOf, hookSchedules } from './first-violation'
import {
  intentShared,
  intentUnwritten,
  moveWithoutSwap,
  neverStopping,
  tokenUnsent,
  valueUnchecked,
} from './hook/sabotage'

/** As many as `npm run simulate` runs by itself. */
const seeds = 20_000

describe('the simulator finds', () => {
  it.each([
    ['an intent that is not written before the vendor is asked', intentUnwritten, 'never rotates twice by itself'],
    ['an intent that another run takes away', intentShared, 'never rotates twice by itself'],
    ['AWSCURRENT moving whichever version has it', moveWithoutSwap, 'consumers never go back to an older key'],
    ['AWSCURRENT moving to a version without a value', valueUnchecked, 'AWSCURRENT is on a version with a value'],
    ['a token that a replaying vendor is not sent', tokenUnsent, 'makes one secret for one rotation'],
    ['rotating again where that ends the key in use', neverStopping, 'never rotates twice by itself'],
  ])('%s', async (_, sabotage, invariant) => {
    const found = await firstViolationOf(hookSchedules, { from: 0, seeds }, { sabotage })
    expect(found).toContain('broke:')
    expect(found).toContain(invariant)
  })
})
