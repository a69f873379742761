import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { SecondRotation } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { thesignup } from '../../../src/contracts/thesignup'
import { tumban } from '../../../src/contracts/tumban'
import { addSeconds } from '../../../src/core/instant'
import { Problem } from '../../../src/core/problem'
import {
  assertMayRotate,
  isLive,
  type Key,
  type KeyRing,
  retiringKeys,
  revokePrevious,
  type RotateChoice,
  rotateRing,
  type RotationPolicy,
  rotationPolicyOf,
} from '../../../src/rotation/ring'
import { noon } from '../../support/suites/sample-endpoint'

const keepFive: RotationPolicy = {
  overlapSeconds: 60,
  secondRotation: { kind: 'keep', maximumLiveKeys: 5 },
  forced: false,
  cooldownSeconds: 0,
}

function key(id: string, createdAt: Date, expiresAt: Date | null = null): Key {
  return { id, sealed: 'c2VhbGVk', hint: 'abcd', mask: null, createdAt, expiresAt }
}

function ringOf(...keys: readonly [Key, ...Key[]]): KeyRing {
  return { version: keys.length, revision: 1, keys }
}

function problemOf(run: () => unknown): Problem {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const newRing = ringOf(key('key_1', addSeconds(noon, -1)))

describe('rotateRing', () => {
  it('makes the next key current and lets the one before work for the overlap', () => {
    const ring = rotateRing(newRing, key('key_2', noon), keepFive)
    expect(ring.version).toBe(2)
    expect(ring.keys).toEqual([key('key_2', noon), { ...newRing.keys[0], expiresAt: addSeconds(noon, 60) }])
  })

  it('ends every older key at once when the overlap is 0', () => {
    const ring = ringOf(key('key_2', addSeconds(noon, -1)), key('key_1', addSeconds(noon, -2), addSeconds(noon, 999)))
    expect(rotateRing(ring, key('key_3', noon), { ...keepFive, overlapSeconds: 0 }).keys).toEqual([key('key_3', noon)])
  })

  it('drops a key at the very instant it expires, and keeps it 1 ms before', () => {
    const expired = ringOf(key('key_2', addSeconds(noon, -1)), key('key_1', addSeconds(noon, -2), noon))
    const oneMsLeft = ringOf(expired.keys[0], key('key_1', addSeconds(noon, -2), addSeconds(noon, 0.001)))
    expect(rotateRing(expired, key('key_3', noon), keepFive).keys).toHaveLength(2)
    expect(rotateRing(oneMsLeft, key('key_3', noon), keepFive).keys).toHaveLength(3)
  })

  it('counts a key with a malformed expiry as expired', () => {
    const malformed = key('key_1', addSeconds(noon, -2), new Date(Number.NaN))
    const ring = ringOf(key('key_2', addSeconds(noon, -1)), malformed)
    expect(isLive(malformed, noon)).toBe(false)
    expect(rotateRing(ring, key('key_3', noon), keepFive).keys.map(({ id }) => id)).toEqual(['key_3', 'key_2'])
  })

  it('replaces the retiring key where the vendor documents it', () => {
    const ring = ringOf(key('key_2', addSeconds(noon, -1)), key('key_1', addSeconds(noon, -2), addSeconds(noon, 99)))
    const replaced = rotateRing(ring, key('key_3', noon), { ...keepFive, secondRotation: { kind: 'replace' } })
    expect(replaced.keys.map(({ id }) => id)).toEqual(['key_3', 'key_2'])
  })
})

describe('assertMayRotate', () => {
  const overlapping = ringOf(
    key('key_2', addSeconds(noon, -1)),
    key('key_1', addSeconds(noon, -2), addSeconds(noon, 90)),
  )
  const reject: RotationPolicy = { ...keepFive, secondRotation: { kind: 'reject' } }

  it('refuses a second rotation until the overlap has ended, and says when that is', () => {
    const problem = problemOf(() => assertMayRotate(overlapping, reject, noon))
    expect(problem.code).toBe('rotation-in-progress')
    expect(problem.detail).toContain('12:01:30.000Z')
    expect(() => assertMayRotate(overlapping, reject, addSeconds(noon, 90))).not.toThrow()
  })

  it('lets a caller force a second rotation', () => {
    expect(() => assertMayRotate(overlapping, { ...reject, forced: true }, noon)).not.toThrow()
  })

  it('refuses one key too many, and says when the next one ends', () => {
    const two: RotationPolicy = { ...keepFive, secondRotation: { kind: 'keep', maximumLiveKeys: 2 } }
    const problem = problemOf(() => assertMayRotate(overlapping, two, noon))
    expect(problem.code).toBe('too-many-live-keys')
    expect(problem.detail).toContain('12:01:30.000Z')
  })

  it('refuses an overlap where only one key may live, without a date to wait for', () => {
    const one: RotationPolicy = { ...keepFive, secondRotation: { kind: 'keep', maximumLiveKeys: 1 } }
    expect(problemOf(() => assertMayRotate(newRing, one, noon)).code).toBe('too-many-live-keys')
  })

  it('refuses a rotation within the cooldown, and says how long to wait', () => {
    const cooling = { ...keepFive, cooldownSeconds: 10 }
    const problem = problemOf(() => assertMayRotate(newRing, cooling, noon))
    expect(problem.code).toBe('rotation-cooldown')
    expect(problem.retryAfterSeconds).toBe(9)
    expect(() => assertMayRotate(newRing, cooling, addSeconds(noon, 9))).not.toThrow()
  })
})

describe('revokePrevious', () => {
  it('leaves the current key alone and names the live ones that it ended', () => {
    const live = key('key_2', addSeconds(noon, -2), addSeconds(noon, 90))
    const expired = key('key_1', addSeconds(noon, -3), noon)
    const ring = ringOf(key('key_3', addSeconds(noon, -1)), live, expired)
    expect(revokePrevious(ring, noon)).toEqual({ ring: { ...ring, keys: [ring.keys[0]] }, revoked: [live] })
  })
})

const nothing: RotateChoice = { overlapSeconds: null, ownSecret: null, reason: null, forced: false }

describe('rotationPolicyOf', () => {
  it('refuses an overlap without an end at a contract that has none', () => {
    expect(() => rotationPolicyOf(keyturn, { ...nothing, overlapSeconds: 'endless' })).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    )
  })

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

const secondRotation: fc.Arbitrary<SecondRotation> = fc.oneof(
  fc.record({ kind: fc.constant('keep' as const), maximumLiveKeys: fc.integer({ min: 1, max: 6 }) }),
  fc.constant({ kind: 'reject' as const }),
  fc.constant({ kind: 'replace' as const }),
)

const step = fc.record({
  waitSeconds: fc.integer({ min: 1, max: 200 }),
  overlapSeconds: fc.constantFrom(0, 1, 60, 300),
  forced: fc.boolean(),
  revoke: fc.boolean(),
})

describe('any sequence of rotations and revokes', () => {
  const sequences = fc.record({ rule: secondRotation, steps: fc.array(step, { maxLength: 12 }) })

  it('counts versions one by one, and never has more live keys than the limit', () => {
    fc.assert(
      fc.property(sequences, ({ rule, steps }) => {
        for (const { before, after, at, revoke } of history(rule, steps)) {
          expect(after.version).toBe(before.version + (revoke || after === before ? 0 : 1))
          const live = 1 + retiringKeys(after, at).length
          if (rule.kind === 'keep') expect(live).toBeLessThanOrEqual(Math.max(rule.maximumLiveKeys, 1))
          expect(after.keys.every((key, place) => (key.expiresAt === null) === (place === 0))).toBe(true)
          expect(new Set(after.keys.map(({ id }) => id)).size).toBe(after.keys.length)
        }
      }),
    )
  })

  it('keeps each key live until its promised instant, unless a documented rule ended it', () => {
    fc.assert(
      fc.property(sequences, ({ rule, steps }) => {
        for (const { before, after, at, revoke, overlapSeconds } of history(rule, steps)) {
          if (after === before || revoke || overlapSeconds === 0 || rule.kind !== 'keep') continue
          for (const kept of retiringKeys(before, at)) expect(after.keys).toContainEqual(kept)
          expect(after.keys[1]).toEqual({ ...before.keys[0], expiresAt: addSeconds(at, overlapSeconds) })
        }
      }),
    )
  })
})

interface Step {
  readonly waitSeconds: number
  readonly overlapSeconds: number
  readonly forced: boolean
  readonly revoke: boolean
}

interface Moment extends Step {
  readonly before: KeyRing
  readonly after: KeyRing
  readonly at: Date
}

/** Each step's ring before and after; a refused rotation leaves it as it was. */
function history(rule: SecondRotation, steps: readonly Step[]): readonly Moment[] {
  let ring = newRing
  let at = noon
  return steps.map((step, place) => {
    const before = ring
    at = addSeconds(at, step.waitSeconds)
    ring = step.revoke ? revokePrevious(ring, at).ring : rotated(before, key(`next_${place}`, at), { rule, step })
    return { ...step, before, after: ring, at }
  })
}

function rotated(ring: KeyRing, next: Key, { rule, step }: { rule: SecondRotation; step: Step }): KeyRing {
  const { overlapSeconds, forced } = step
  try {
    return rotateRing(ring, next, { overlapSeconds, forced, secondRotation: rule, cooldownSeconds: 5 })
  } catch (error) {
    if (error instanceof Problem) return ring
    throw error
  }
}
