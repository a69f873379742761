import { describe, expect, it } from '@jest/globals'
import { everyOrder, twoByTwo, twoRotations } from './orders'
import { commitWithoutCondition, markWithoutCondition, moveWithoutSwap } from './sabotage'

describe('every order', () => {
  it('of two rotations that die once they are committed and two settles keeps every invariant', async () => {
    const { orders, violation } = await everyOrder({ operations: twoByTwo, dieAtCommit: true })
    expect(violation).toBeNull()
    expect(orders).toBe(100_888n)
  })

  it('of two rotations that settle by themselves keeps every invariant', async () => {
    const { orders, violation } = await everyOrder({ operations: twoRotations, dieAtCommit: false })
    expect(violation).toBeNull()
    expect(orders).toBe(722n)
  })

  it.each([
    ['commit', commitWithoutCondition, 'a revision is written once'],
    ['move of a label', moveWithoutSwap, 'AWSCURRENT moved to an older version'],
    ['settled mark', markWithoutCondition, 'an unsettled change is due'],
  ])('finds a %s without its condition', async (_, sabotage, invariant) => {
    const { violation } = await everyOrder({ operations: twoByTwo, dieAtCommit: true, sabotage })
    expect(violation).toContain(invariant)
  })
})
