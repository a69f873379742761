import { describe, expect, it } from '@jest/globals'
import { keyturn } from '../../../src/contracts/keyturn'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { type RotateChoice, rotationPolicyOf } from '../../../src/rotation/ring'

const nothing: RotateChoice = { overlapSeconds: null, ownSecret: null, reason: null, forced: false }

describe('rotationPolicyOf', () => {
  it.each([
    ['none', tumban, 0],
    ['fixed', thesignup, 86_400],
    ['chosen', keyturn, 86_400],
  ])('gives an overlap of kind %s its default when the caller says nothing', (_, contract, seconds) => {
    expect(rotationPolicyOf(contract, nothing).overlapSeconds).toBe(seconds)
  })

  it.each([0, 1, 604_800])('takes a chosen overlap of %d seconds', seconds => {
    expect(rotationPolicyOf(keyturn, { ...nothing, overlapSeconds: seconds }).overlapSeconds).toBe(seconds)
  })

  it.each([
    ['longer than the maximum', keyturn, 604_801],
    ['other than the fixed one', thesignup, 86_399],
    ['where there is none', tumban, 1],
  ])('refuses an overlap %s', (_, contract, overlapSeconds) => {
    expect(() => rotationPolicyOf(contract, { ...nothing, overlapSeconds })).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        errors: [{ path: 'overlapSeconds', message: expect.any(String) }],
      }),
    )
  })

  it('takes the fixed overlap when the caller names it', () => {
    expect(rotationPolicyOf(thesignup, { ...nothing, overlapSeconds: 86_400 }).overlapSeconds).toBe(86_400)
  })
})
