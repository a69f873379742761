import { describe, expect, it } from '@jest/globals'
import { KeyturnError } from '../../../src/client'
import type { Contract } from '../../../src/contracts/contract'
import { allContracts } from '../../../src/contracts/all'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import { tumban } from '../../../src/contracts/tumban'
import { retrySchedule } from '../../../src/delivery/retry'
import {
  afterPlan,
  bodyOf,
  hasRoom,
  likelyReceiver,
  needsRecentSignIn,
  plannedKeyId,
  planFor,
  possibleReceivers,
  type RotationPlan,
  retryWaitsSeconds,
  triedForSeconds,
} from '../../../src/portal/rotation-plan'
import type { RingKey } from '../../../src/portal/key-ring'
import { timelineOf } from '../../../src/portal/timeline'
import { isOpenEnded } from '../../../src/portal/unclear'
import { at, key, minutes, noon, ring } from './rings'

const emergency = { kind: 'emergency' } as const

describe('the one question', () => {
  it('has an answer beforehand where consumers read the mirror', () => {
    expect(likelyReceiver({ mirror: 'on', consumers: ['arn'] })).toBe('reads-mirror')
    expect(likelyReceiver({ mirror: 'on', consumers: [] })).toBe(null)
    expect(likelyReceiver({ mirror: 'off', consumers: ['arn'] })).toBe(null)
    expect(possibleReceivers({ mirror: 'off' })).toEqual(['holds-two', 'holds-one'])
  })

  it('publishes for receivers that hold two secrets or read them, whatever the contract', () => {
    for (const contract of allContracts) {
      expect(planFor('holds-two', contract)).toMatchObject({ kind: 'publish', signing: 'manual' })
      expect(planFor('reads-mirror', contract)).toMatchObject({
        kind: 'publish',
        signing: 'published',
        leadSeconds: 600,
      })
    }
  })

  it('says that a gap is certain where there is room for one secret and one signature', () => {
    expect(planFor('holds-one', tumban)).toEqual({ kind: 'at-once', overlapSeconds: 0 })
    expect(planFor('holds-one', keyturn)).toMatchObject({ kind: 'publish', signing: 'manual' })
  })

  it('gives the key before the overlap that the API would give it', () => {
    expect(planFor('holds-two', tumban)).toMatchObject({ overlapSeconds: 900 })
    expect(planFor('holds-two', keyturn)).toMatchObject({ overlapSeconds: 86_400 })
  })

  it('tells how long a refused delivery is tried again', () => {
    expect(retryWaitsSeconds).toEqual(retrySchedule)
    expect(triedForSeconds(tumban)).toBe(retrySchedule.reduce((sum, wait) => sum + wait, 0))
    expect(triedForSeconds(storno)).toBe(5 + 30 + 120)
  })
})

describe('the request', () => {
  const given = { reveal: true, reason: '', revision: 7 }

  it('says what was confirmed, and of which ring', () => {
    const plan = planFor('holds-two', tumban)
    expect(bodyOf({ ...given, plan, reason: ' yearly ' })).toEqual({
      signing: 'manual',
      leadSeconds: 1,
      reason: 'yearly',
      ifRevision: 7,
    })
  })

  it('asks for no secret where the mirror is read', () => {
    const body = bodyOf({ ...given, plan: planFor('reads-mirror', keyturn), reveal: false })
    expect(body).toEqual({ signing: 'published', leadSeconds: 600, reveal: false, ifRevision: 7 })
  })

  it('leaves an overlap to the contract, and says the one that ends everything', () => {
    expect(bodyOf({ ...given, plan: planFor('holds-one', storno) })).toEqual({ ifRevision: 7 })
    expect(bodyOf({ ...given, plan: emergency })).toEqual({ signing: 'now', overlapSeconds: 0, ifRevision: 7 })
  })

  it('needs a recent sign-in where the receiver is cut off at once', () => {
    const given = { ring: ring(key('old', -300)), now: noon }
    expect(needsRecentSignIn(emergency, { ...given, contract: keyturn })).toBe(true)
    expect(needsRecentSignIn(planFor('holds-one', tumban), { ...given, contract: tumban })).toBe(true)
    expect(needsRecentSignIn(planFor('holds-two', tumban), { ...given, contract: tumban })).toBe(false)
    expect(needsRecentSignIn(planFor('holds-one', keyturn), { ...given, contract: keyturn })).toBe(false)
  })

  it('needs one where a key that would have lived on ends within ten minutes, or with the promotion', () => {
    const older = key('older', -900, { state: 'retiring', expiresAt: at(30) })
    const ending = key('older', -900, { state: 'retiring', expiresAt: at(5) })
    const short = { kind: 'at-once', overlapSeconds: 599 } as const
    const usual = { kind: 'at-once', overlapSeconds: 600 } as const
    const replacing: Contract = { ...keyturn, secondRotation: { kind: 'replace' } }
    const needs = (plan: RotationPlan, contract: Contract, ...beside: readonly RingKey[]): boolean =>
      needsRecentSignIn(plan, { ring: ring(key('old', -300), ...beside), contract, now: noon })
    expect([needs(short, keyturn), needs(usual, keyturn)]).toEqual([true, false])
    expect([needs(usual, keyturn, older), needs(usual, replacing, older)]).toEqual([false, true])
    expect([needs(usual, keyturn, ending), needs(usual, replacing, ending)]).toEqual([false, true])
    const publishing = planFor('holds-two', keyturn)
    expect([needs(publishing, replacing), needs(publishing, replacing, older)]).toEqual([false, true])
    expect(needs(publishing, keyturn, older)).toBe(false)
  })
})

describe('room for another key', () => {
  const full = ring(...[1, 2, 3, 4].map(age => key(`k${age}`, -age, { state: 'retiring' })), key('now', 0))
  const room = (contract: Contract, ...plans: readonly RotationPlan[]): readonly boolean[] =>
    plans.map(plan => hasRoom(plan, contract, full))

  it('is there below what a contract keeps live, and always where every key before ends', () => {
    const publishing = planFor('holds-two', keyturn)
    expect(room(keyturn, publishing, planFor('holds-one', keyturn), emergency)).toEqual([false, false, true])
    expect(room(tumban, publishing)).toEqual([true])
    expect(hasRoom(publishing, keyturn, { keys: full.keys.slice(1) })).toBe(true)
  })
})

describe('a refusal', () => {
  const error = (status: number | null, code: string): KeyturnError =>
    new KeyturnError(code, '', status === null ? {} : { status })

  it('is final, also 429, unless the request was open before or something else than the API answered', () => {
    const open = (given: unknown): readonly boolean[] => [isOpenEnded(given, false), isOpenEnded(given, true)]
    expect(open(error(429, 'rotation-budget'))).toEqual([false, true])
    expect(open(error(409, 'changed-meanwhile'))).toEqual([false, false])
    for (const [status, code] of [
      [null, 'network'],
      [401, 'invalid-token'],
      [429, 'unexpected-reply'],
      [503, 'unavailable'],
    ] as const) {
      expect([code, ...open(error(status, code))]).toEqual([code, true, true])
    }
    expect(open(new TypeError('none of the API'))).toEqual([false, false])
  })
})

describe('the preview', () => {
  const keys = ring(key('old', -300), key('older', -900, { state: 'retiring', expiresAt: at(30) }))

  function previewed(plan: Parameters<typeof afterPlan>[1], contract: Contract = keyturn) {
    const { ring: next, record } = afterPlan(keys, plan, { contract, now: noon })
    const { bars } = timelineOf(next, [record], noon)
    return Object.fromEntries(
      bars.map(({ keyId, spans }) => [
        keyId,
        spans.map(({ state, from, until }) => `${state} ${minutes(from)} ${minutes(until)}`),
      ]),
    )
  }

  it('shows a published key that signs by itself', () => {
    expect(previewed(planFor('reads-mirror', tumban))).toEqual({
      [plannedKeyId]: ['published 0 10', 'signing 10 null'],
      old: ['signing -300 10', 'retiring 10 25'],
      older: ['retiring -900 30'],
    })
  })

  it('shows a published key that waits for somebody', () => {
    expect(previewed(planFor('holds-two', tumban))).toMatchObject({
      [plannedKeyId]: ['published 0 null'],
      old: ['signing -300 null'],
    })
  })

  it('shows what a rotation at once ends, as the contract has it', () => {
    expect(previewed({ kind: 'at-once', overlapSeconds: 3600 })).toEqual({
      [plannedKeyId]: ['signing 0 null'],
      old: ['retiring -300 60'],
      older: ['retiring -900 30'],
    })
    expect(Object.keys(previewed({ kind: 'at-once', overlapSeconds: 3600 }, tumban))).not.toContain('older')
    expect(previewed(emergency)).toEqual({ [plannedKeyId]: ['signing 0 null'] })
  })
})
