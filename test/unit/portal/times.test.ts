import { describe, expect, it } from '@jest/globals'
import { duration, exactTime, fromNow, knownLocale, localTime } from '../../../src/portal/times'
import { at, noon } from './rings'

describe('a time', () => {
  it("is told in the reader's zone, and exactly", () => {
    const reader = { locale: 'en-GB', timeZone: 'Europe/Berlin' }
    expect(localTime(noon, reader)).toBe('30 Nov 2026, 13:00')
    expect(exactTime(noon)).toBe('2026-11-30T12:00:00.000Z')
  })

  it('is told from now on, in the largest unit that says enough', () => {
    const reader = { locale: 'en' }
    expect(fromNow(new Date(at(180)), noon, reader)).toBe('in 3 hours')
    expect(fromNow(new Date(at(-36 * 60)), noon, reader)).toBe('36 hours ago')
    expect(duration(90, reader)).toBe('2 minutes')
    expect(duration(86_400, reader)).toBe('1 day')
    expect(duration(86_755, reader)).toBe('25 hours')
  })

  it('is told in a locale that there is', () => {
    expect(knownLocale('de-CH')).toBe('de-CH')
    expect(knownLocale('no such locale')).toBeUndefined()
    expect(knownLocale(null)).toBeUndefined()
  })
})
