import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { Problem } from '../../../src/core/problem'
import {
  assertRoomForChange,
  assertRoomForSettings,
  assertWithinBudget,
  mirroredVersions,
} from '../../../src/rotation/budget'
import { maximumChanges, settleGraceSeconds } from '../../../src/rotation/change'
import { toldChanges } from '../../../src/rotation/changed-settings'
import type { Change, ChangeKind, Endpoint } from '../../../src/rotation/endpoint'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const day = 24 * 60 * 60

/** An endpoint with so many changes of one kind, a minute apart; the newest at noon. All are settled. */
function withChanges(count: number, kind: ChangeKind, mirror: 'on' | 'off' = 'on'): Endpoint {
  const { changes, settings, settling } = sampleEndpoint()
  const made = (place: number): Change => {
    const revision = 1000 - place
    return { ...changes[0], id: `chg_${place}`, kind, revision, at: addSeconds(noon, -60 * place) }
  }
  const others = Array.from({ length: count - 1 }, (_, place) => made(place + 1))
  return sampleEndpoint({
    changes: [made(0), ...others],
    settings: { ...settings, mirror },
    settling: { ...settling, revision: 1000 },
  })
}

/** The same with revokes that found nothing to end. */
function withNothingRevoked(count: number): Endpoint {
  const { changes, ...rest } = withChanges(count, 'revoke')
  const [last, ...others] = changes.map(change => ({ ...change, revokedKeyIds: [] }))
  return { ...rest, changes: [last ?? changes[0], ...others] }
}

const publishedKey = {
  key: { id: 'key_3', sealed: 'Yw==', hint: 'cccc', mask: null, createdAt: noon, expiresAt: null },
  signing: 'published',
  leadSeconds: 600,
  overlapSeconds: 900,
} as const

function retryAfter(run: () => void): number | null {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem && error.code === 'rotation-budget') return error.retryAfterSeconds
    throw error
  }
  throw new Error('nothing was refused')
}

const most = mirroredVersions.routine

describe('assertWithinBudget', () => {
  it('lets a mirrored endpoint rotate up to its budget, and not once more', () => {
    expect(() => assertWithinBudget(withChanges(most - 1, 'rotate'), noon)).not.toThrow()
    expect(() => assertWithinBudget(withChanges(most, 'rotate'), noon)).toThrow(Problem)
  })

  it('counts a creation, but for the first', () => {
    const { changes, ...full } = withChanges(most + 1, 'rotate')
    const [last, ...earlier] = changes
    const first: Change = { ...(earlier.at(-1) ?? last), kind: 'create' }
    const rotated = (count: number) => earlier.slice(0, count - 1)
    const made = (...others: readonly Change[]): Endpoint => ({ ...full, changes: [last, ...others] })
    expect(() => assertWithinBudget(made(...rotated(most - 1), first), noon)).not.toThrow()
    expect(() => assertWithinBudget(made(...rotated(most), first), noon)).toThrow(Problem)
    const again: Change = { ...first, id: 'chg_again' }
    expect(() => assertWithinBudget(made(...rotated(most - 1), again, first), noon)).toThrow(Problem)
  })

  it('does not count what makes no version, nor endpoints without a mirror', () => {
    expect(() => assertWithinBudget(withNothingRevoked(most), noon)).not.toThrow()
    expect(() => assertWithinBudget(withChanges(most, 'rotate', 'off'), noon)).not.toThrow()
  })

  it('keeps the last versions for what takes something back', () => {
    const urgent = { versions: 1, isUrgent: true } as const
    const full = withChanges(most, 'rotate')
    expect(() => assertWithinBudget(full, noon, urgent)).not.toThrow()
    const fuller = withChanges(mirroredVersions.urgent - 1, 'rotate')
    expect(() => assertWithinBudget(fuller, noon, urgent)).not.toThrow()
    expect(() => assertWithinBudget(withChanges(mirroredVersions.urgent, 'rotate'), noon, urgent)).toThrow(Problem)
  })

  it('reserves the promotion of a key that is published, before and after it is', () => {
    const publishing = { versions: 2, isUrgent: false } as const
    expect(() => assertWithinBudget(withChanges(most - 2, 'rotate'), noon, publishing)).not.toThrow()
    expect(() => assertWithinBudget(withChanges(most - 1, 'rotate'), noon, publishing)).toThrow(Problem)
    const waiting = { ...withChanges(most - 1, 'rotate'), published: publishedKey }
    expect(() => assertWithinBudget(waiting, noon)).toThrow(Problem)
    expect(() => assertWithinBudget({ ...waiting, published: null }, noon)).not.toThrow()
  })

  it.each([most, most + 7])('says how long to wait after %d rotations, and lets the next one pass then', count => {
    const endpoint = withChanges(count, 'rotate')
    const seconds = retryAfter(() => assertWithinBudget(endpoint, noon)) ?? 0
    expect(seconds).toBe(day - 60 * (most - 1))
    expect(() => assertWithinBudget(endpoint, addSeconds(noon, seconds))).not.toThrow()
    expect(() => assertWithinBudget(endpoint, addSeconds(noon, seconds - 1))).toThrow(Problem)
  })
})

describe('assertRoomForChange', () => {
  it('refuses what the endpoint could not remember, until the oldest change is forgotten', () => {
    const full = withChanges(maximumChanges, 'revoke')
    const seconds = retryAfter(() => assertRoomForChange(full, noon)) ?? 0
    expect(seconds).toBe(day - 60 * (maximumChanges - 1))
    expect(() => assertRoomForChange(full, addSeconds(noon, seconds))).not.toThrow()
    expect(() => assertRoomForChange(withChanges(maximumChanges - 1, 'revoke'), noon)).not.toThrow()
  })

  it('refuses changes that wait to be settled for as long as that takes', () => {
    const { settling, ...full } = withChanges(maximumChanges, 'update')
    const waiting: Endpoint = { ...full, revision: 1000, settling: { ...settling, revision: 0 } }
    expect(retryAfter(() => assertRoomForChange(waiting, noon))).toBe(settleGraceSeconds)
  })

  it('does not count settled changes of settings', () => {
    expect(() => assertRoomForChange(withChanges(maximumChanges, 'update'), noon)).not.toThrow()
  })
})

describe('assertRoomForSettings', () => {
  const { settings } = sampleEndpoint()
  const long = { ...settings, eventTypes: Array.from({ length: 100 }, (_, place) => `${place}`.padEnd(128, 'e')) }

  function changedBefore(times: number, settled: boolean): Endpoint {
    const { changes, settling, ...full } = withChanges(times, 'update')
    const [first, ...others] = changes.map(change => ({ ...change, ...toldChanges(settings, long) }))
    if (first === undefined) throw new Error('there are no changes')
    return { ...full, changes: [first, ...others], settling: { ...settling, revision: settled ? 1000 : 0 } }
  }

  it('refuses settings once those that wait to be settled fill too much of the item', () => {
    expect(() => assertRoomForSettings(changedBefore(8, false), long, noon)).not.toThrow()
    expect(retryAfter(() => assertRoomForSettings(changedBefore(10, false), long, noon))).toBe(settleGraceSeconds)
  })

  it('does not count what is settled', () => {
    expect(() => assertRoomForSettings(changedBefore(100, true), long, noon)).not.toThrow()
  })
})
