import { describe, expect, it } from '@jest/globals'
import type { Contract } from '../../../src/contracts/contract'
import { tumban } from '../../../src/contracts/tumban'
import { keyturn } from '../../../src/contracts/keyturn'
import { thesignup } from '../../../src/contracts/thesignup'
import type { Adoption, Ring } from '../../../src/portal/key-ring'
import { nextAction, type NextAction, possibleSteps } from '../../../src/portal/next-action'
import { at, key, minutes, noon, ring } from './rings'

const one = tumban
const several = keyturn
const endpoint = { url: 'https://hooks.example.com' }
const noUrl = { url: null }

function proof(adoption: Adoption) {
  return { adoption, at: at(-1) }
}

function waiting(adoption: Adoption | null, signsFrom: string | null = null): Ring {
  const proven = adoption === null ? null : proof(adoption)
  return ring(key('old', -300), key('new', -5, { state: 'published', signsFrom, proof: proven }))
}

function rotated(adoption: Adoption | null): Ring {
  const proven = adoption === null ? null : proof(adoption)
  return ring(key('new', -5, { proof: proven }), key('old', -300, { state: 'retiring', expiresAt: at(60) }))
}

function next(keys: Ring, endpoint: { readonly url: string | null }, contract: Contract): NextAction {
  return nextAction(keys, { endpoint, contract, now: noon })
}

describe('the next action', () => {
  it('is to rotate when nothing is under way', () => {
    expect(next(ring(key('only', -300)), endpoint, one)).toEqual({ kind: 'rotate' })
  })

  it('is to deploy and to test the key of a new endpoint', () => {
    const made = ring(key('only', -5))
    expect(next(made, endpoint, one)).toMatchObject({ kind: 'probe', why: 'unproven' })
    expect(next(made, noUrl, one)).toEqual({ kind: 'rotate' })
    expect(next(ring(key('only', -5, { proof: proof('adopted') })), endpoint, one)).toEqual({ kind: 'rotate' })
    const refused = ring(key('only', -5, { proof: proof('inconclusive') }))
    expect(next(refused, endpoint, one)).toMatchObject({ kind: 'probe', why: 'inconclusive' })
  })

  it('is to deploy and to test a published key that is not proven', () => {
    expect(next(waiting(null), endpoint, one)).toMatchObject({ kind: 'probe', why: 'unproven' })
    for (const adoption of ['not-adopted', 'inconclusive', 'unreachable'] as const) {
      expect(next(waiting(adoption), endpoint, one)).toMatchObject({ kind: 'probe', why: adoption })
    }
  })

  it('is to promote a published key that the receiver has', () => {
    expect(next(waiting('adopted'), endpoint, one)).toMatchObject({ kind: 'promote', proof: 'adopted' })
    expect(next(waiting('accepts-anything'), endpoint, one)).toMatchObject({ proof: 'accepts-anything' })
  })

  it('is to wait for a key that signs by itself, unless the receiver was seen to refuse it', () => {
    expect(next(waiting(null, at(5)), endpoint, one)).toMatchObject({ kind: 'wait-to-sign', proof: null })
    expect(next(waiting('adopted', at(5)), endpoint, one)).toMatchObject({ kind: 'wait-to-sign' })
    expect(next(waiting('not-adopted', at(5)), endpoint, one)).toMatchObject({ kind: 'probe' })
  })

  it('is to promote without a proof where no URL could be asked', () => {
    expect(next(waiting(null), noUrl, one)).toMatchObject({ kind: 'promote', proof: null })
    expect(next(rotated(null), noUrl, one)).toMatchObject({ kind: 'wait-for-end' })
  })

  it('is to test the key that signs while one before it lives', () => {
    expect(next(rotated(null), endpoint, one)).toMatchObject({ kind: 'probe', why: 'unproven' })
  })

  it('is to end the key before once the receiver has the one that signs', () => {
    const action = next(rotated('adopted'), endpoint, one)
    expect(action).toMatchObject({ kind: 'revoke' })
    expect('until' in action && minutes(action.until)).toBe(60)
  })

  it('is to roll back where deliveries carry one signature and the receiver refuses it', () => {
    expect(next(rotated('not-adopted'), endpoint, one)).toMatchObject({
      kind: 'roll-back',
      before: { id: 'old' },
    })
    expect(next(rotated('not-adopted'), endpoint, several)).toMatchObject({ kind: 'probe', why: 'not-adopted' })
  })

  it('never rolls back to a key that was given up unused', () => {
    const abandoned = key('given-up', -2, { state: 'retiring', expiresAt: at(10) })
    const keys = ring(key('new', -5, { proof: proof('not-adopted') }), abandoned)
    expect(next(keys, endpoint, one)).toMatchObject({ kind: 'probe' })
    expect(possibleSteps(keys, endpoint, one)).not.toContain('roll-back')
  })

  it('says that a test proves nothing where the receiver accepts anything', () => {
    expect(next(rotated('accepts-anything'), endpoint, one)).toMatchObject({ kind: 'wait-for-end' })
  })

  it('has no end where one key before has none', () => {
    const endless = key('old', -300, { state: 'retiring' })
    expect(next(ring(key('new', -5, { proof: proof('adopted') }), endless), endpoint, one)).toMatchObject({
      until: null,
    })
  })
})

describe('the steps that are possible', () => {
  it('follow from the ring', () => {
    expect(possibleSteps(waiting(null), endpoint, several)).toEqual(['probe', 'promote', 'abandon', 'emergency'])
    expect(possibleSteps(rotated(null), endpoint, one)).toEqual(['probe', 'roll-back', 'revoke', 'rotate', 'emergency'])
    expect(possibleSteps(ring(key('only', -300)), noUrl, thesignup)).toEqual(['rotate'])
  })
})
