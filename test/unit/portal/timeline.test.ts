import { describe, expect, it } from '@jest/globals'
import { type Bar, timelineOf } from '../../../src/portal/timeline'
import { at, key, minutes, noon, record, ring } from './rings'

function spans({ spans: all }: Bar): readonly unknown[] {
  return all.map(({ state, from, until }) => [state, minutes(from), minutes(until)])
}

function bars(...given: Parameters<typeof timelineOf>): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(timelineOf(...given).bars.map(bar => [bar.keyId, spans(bar)]))
}

describe('the timeline', () => {
  it('shows a rotation at once: the new key signs, the one before retires until its end', () => {
    const keys = ring(key('new', -10), key('old', -300, { state: 'retiring', expiresAt: at(50) }))
    const records = [record('rotate', 'new', -10, 3600), record('create', 'old', -300)]
    expect(bars(keys, records, noon)).toEqual({
      new: [['signing', -10, null]],
      old: [
        ['signing', -300, -10],
        ['retiring', -10, 50],
      ],
    })
  })

  it('shows a key that is published, promoted, and rolled back', () => {
    const records = [
      record('create', 'old', -300),
      record('publish', 'new', -100, 3600),
      record('promote', 'new', -60, 3600),
      record('roll-back', 'old', -30),
    ]
    const keys = ring(key('old', -300), key('new', -100, { state: 'published' }))
    expect(bars(keys, records, noon)).toEqual({
      new: [
        ['published', -100, -60],
        ['signing', -60, -30],
        ['published', -30, null],
      ],
      old: [
        ['signing', -300, -60],
        ['retiring', -60, -30],
        ['signing', -30, null],
      ],
    })
  })

  it('plans the promotion that the sweep will make, and the end of the key before', () => {
    const keys = ring(key('old', -300), key('new', -5, { state: 'published', signsFrom: at(5) }))
    const records = [record('publish', 'new', -5, 900), record('create', 'old', -300)]
    expect(bars(keys, records, noon)).toEqual({
      new: [
        ['published', -5, 5],
        ['signing', 5, null],
      ],
      old: [
        ['signing', -300, 5],
        ['retiring', 5, 20],
      ],
    })
  })

  it('shows a published key that waits for somebody without an end', () => {
    const keys = ring(key('old', -300), key('new', -5, { state: 'published' }))
    expect(bars(keys, [record('publish', 'new', -5, 900)], noon)['new']).toEqual([['published', -5, null]])
  })

  it('shows a key that was abandoned until its end', () => {
    const keys = ring(key('old', -300), key('new', -20, { state: 'retiring', expiresAt: at(5) }))
    const records = [record('publish', 'new', -20, 900), record('abandon', 'new', -10, 900)]
    expect(bars(keys, records, noon)['new']).toEqual([
      ['published', -20, -10],
      ['retiring', -10, 5],
    ])
  })

  it('keeps keys that have ended, by what ended them', () => {
    const records = [
      record('create', 'first', -300),
      record('rotate', 'second', -50, 86_400),
      record('revoke', 'second', -40),
      record('rotate', 'third', -20, 0),
    ]
    const ended = bars(ring(key('third', -20)), records, noon)
    expect(ended['first']).toEqual([
      ['signing', -300, -50],
      ['retiring', -50, -40],
    ])
    expect(ended['second']).toEqual([['signing', -50, -20]])
  })

  it('believes the ring where the records do not reach to it', () => {
    const keys = ring(key('new', -10), key('old', -300, { state: 'retiring', expiresAt: at(50) }))
    expect(bars(keys, [], noon)).toEqual({ new: [['signing', -10, null]], old: [['retiring', -300, 50]] })
    expect(bars(ring(key('new', -10)), [record('rotate', 'gone', -5, 0)], noon)['gone']).toEqual([['signing', -5, 0]])
  })

  it('shows as much of the past as there is future, and the last change at the least', () => {
    const old = key('old', -100_000, { state: 'retiring', expiresAt: at(1440) })
    const { from, until } = timelineOf(ring(key('new', -10), old), [], noon)
    expect(minutes(from)).toBe(-1440)
    expect(minutes(until)).toBeGreaterThan(1440)
    const alone = timelineOf(ring(key('only', -1000)), [], noon)
    expect(minutes(alone.from)).toBeLessThan(-1000)
    expect(minutes(alone.until)).toBeGreaterThan(0)
  })

  it('has at most eight bars, live keys first', () => {
    const records = Array.from({ length: 20 }, (_, index) => record('rotate', `key${index}`, index - 40, 60))
    const { bars: all } = timelineOf(ring(key('key19', -21)), records, noon)
    expect(all).toHaveLength(8)
    expect(all[0]?.state).toBe('signing')
  })
})
