import { describe, expect, it } from '@jest/globals'
import { firstViolation } from './first-violation'
import {
  auditWithoutKey,
  commitWithoutCondition,
  dropWithoutCondition,
  loadWithoutIds,
  markWithoutCondition,
  moveWithoutSwap,
} from './sabotage'

/** Few enough seeds that the schedules of `npm test` would find the fault many times over. */
const seeds = 2000

describe('the simulator finds', () => {
  it.each([
    ['a commit without its condition', commitWithoutCondition, 'a revision is written once'],
    ['a label that moves without a compare-and-swap', moveWithoutSwap, 'AWSCURRENT moved to an older version'],
    ['an unclear commit whose rotation id is not looked for', loadWithoutIds, 'no change is made twice'],
    ['a settled mark without its revision', markWithoutCondition, 'an unsettled change is due'],
    ['a tombstone that is dropped whatever is stored by then', dropWithoutCondition, 'only a tombstone is dropped'],
    ['an audit record without a fixed key', auditWithoutKey, 'each change of a ring has exactly one audit record'],
  ])('%s', async (_, sabotage, invariant) => {
    const found = await firstViolation({ from: 0, seeds }, { sabotage })
    expect(found).toContain('broke:')
    expect(found).toContain(invariant)
  })

  it('nothing in the same schedules when no safeguard is missing', async () => {
    expect(await firstViolation({ from: 0, seeds })).toBeNull()
  })
})
