import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { addSeconds } from '../../../src/core/instant'
import {
  applyChange,
  type ChangeDraft,
  changeTime,
  lookAgainSeconds,
  nextRevision,
  rememberedChanges,
  settleGraceSeconds,
} from '../../../src/rotation/change'
import type { Change, ChangeKind, Endpoint } from '../../../src/rotation/endpoint'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const draft: ChangeDraft = {
  id: 'chg_new',
  kind: 'update',
  actor: { kind: 'session', id: 'user_1' },
  reason: null,
  overlapSeconds: 0,
  idempotency: null,
}

function mirrored(mirror: 'on' | 'off', over: Partial<Endpoint> = {}): Endpoint {
  return sampleEndpoint({ settings: { ...sampleEndpoint().settings, mirror }, ...over })
}

const instants = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2200-01-01T00:00:00Z') })

describe('changeTime', () => {
  it('is now, but always later than the last change', () => {
    fc.assert(
      fc.property(instants, instants, (updatedAt, now) => {
        const at = changeTime(sampleEndpoint({ updatedAt }), now)
        expect(at.getTime()).toBeGreaterThan(updatedAt.getTime())
        expect(at.getTime()).toBe(Math.max(now.getTime(), updatedAt.getTime() + 1))
      }),
    )
  })
})

describe('nextRevision', () => {
  it('rises, and is never below the unix seconds', () => {
    fc.assert(
      fc.property(fc.nat(), instants, (last, at) => {
        const revision = nextRevision(last, at)
        expect(Number.isInteger(revision)).toBe(true)
        expect(revision).toBeGreaterThan(last)
        expect(revision).toBeGreaterThanOrEqual(Math.floor(at.getTime() / 1000))
        expect(revision).toBeLessThanOrEqual(Math.max(last + 1, at.getTime() / 1000))
      }),
    )
  })
})

describe('applyChange', () => {
  const at = addSeconds(noon, 100)
  const revision = nextRevision(2, at)

  it('puts the change in front, under the new revision, and asks for the sweep', () => {
    const next = applyChange(sampleEndpoint(), draft, {}, at)
    const { ring, revision: before } = sampleEndpoint()
    expect(before).toBeLessThan(revision)
    expect(next).toMatchObject({ revision, updatedAt: at, dueAt: addSeconds(at, settleGraceSeconds), deletedAt: null })
    expect(next.changes[0]).toEqual({ ...draft, revision, version: 2, keyId: 'key_2', at, revokedKeyIds: [] })
    expect(next.ring).toEqual(ring)
  })

  it('does not put off a sweep that was asked for earlier', () => {
    const dueAt = addSeconds(at, 1)
    expect(applyChange(sampleEndpoint({ dueAt }), draft, {}, at).dueAt).toEqual(dueAt)
    const later = addSeconds(at, 600)
    expect(applyChange(sampleEndpoint({ dueAt: later }), draft, {}, at).dueAt).toEqual(
      addSeconds(at, settleGraceSeconds),
    )
  })

  it('stamps a changed ring with the revision, and leaves the given endpoint as it was', () => {
    const before = sampleEndpoint()
    const next = applyChange(before, { ...draft, kind: 'rotate' }, { ring: { ...before.ring, version: 3 } }, at)
    expect(next.ring).toMatchObject({ version: 3, revision })
    expect(next.changes[0]).toMatchObject({ version: 3, keyId: 'key_2' })
    expect(before).toEqual(sampleEndpoint())
  })

  it('makes a tombstone', () => {
    expect(applyChange(sampleEndpoint(), draft, { deleted: true }, at)).toMatchObject({ deletedAt: at })
  })

  const soon = addSeconds(at, 1)
  const later = addSeconds(at, lookAgainSeconds)
  it.each([
    ['on', null, 'on', null],
    ['on', soon, 'on', soon],
    ['on', null, 'off', later],
    ['off', null, 'off', null],
    ['off', soon, 'off', later],
    ['off', null, 'on', later],
    ['off', soon, 'on', later],
  ] as const)('with a mirror %s, looked at again %s, and then %s looks again %s', (from, lookAgainAt, to, expected) => {
    const before = mirrored(from, { lookAgainAt })
    const next = applyChange(before, draft, { settings: { ...before.settings, mirror: to } }, at)
    expect(next.lookAgainAt).toEqual(expected)
  })

  it.each([
    ['on', null, later],
    ['off', null, null],
    ['off', soon, later],
  ] as const)('deleting with a mirror %s, looked at again %s, looks again %s', (mirror, lookAgainAt, expected) => {
    expect(applyChange(mirrored(mirror, { lookAgainAt }), draft, { deleted: true }, at).lookAgainAt).toEqual(expected)
  })
})

describe('rememberedChanges', () => {
  const day = 24 * 60 * 60

  function remembered(kind: ChangeKind, { age, settled }: { age: number; settled: boolean }): boolean {
    const { changes, settling } = sampleEndpoint()
    const change: Change = { ...changes[0], kind, at: addSeconds(noon, -age) }
    const endpoint = sampleEndpoint({ changes: [change], settling: { ...settling, revision: settled ? 2 : 1 } })
    return rememberedChanges(endpoint, noon).length === 1
  }

  it.each(['create', 'rotate', 'revoke'] as const)('keeps a settled %s for 24 hours', kind => {
    expect(remembered(kind, { age: day - 1, settled: true })).toBe(true)
    expect(remembered(kind, { age: day, settled: true })).toBe(false)
  })

  it.each(['update', 'delete'] as const)('forgets a settled %s', kind => {
    expect(remembered(kind, { age: 1, settled: true })).toBe(false)
  })

  it.each(['create', 'rotate', 'revoke', 'update', 'delete'] as const)('keeps an unsettled %s however old', kind => {
    expect(remembered(kind, { age: 9 * day, settled: false })).toBe(true)
  })
})
