import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { Problem } from '../../../../src/core/problem'
import { instant } from '../../../../src/http/body/fields'
import { newAjv } from '../../../support/described-replies'

/** Null where it is refused. */
function read(text: string): Date | null {
  try {
    return instant.read('at', text)
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid-request') return null
    throw error
  }
}

describe('an instant', () => {
  it.each([
    ['2027-02-29T00:00:00Z', 'a leap day of no leap year'],
    ['1900-02-29T00:00:00Z', 'a leap day of a century'],
    ['2026-02-30T00:00:00Z', 'February 30'],
    ['2026-04-31T00:00:00+02:00', 'April 31'],
    ['2026-00-10T00:00:00Z', 'no month'],
    ['2026-13-10T00:00:00Z', 'month 13'],
    ['2026-11-00T00:00:00Z', 'no day'],
    ['2026-11-31T00:00:00Z', 'November 31'],
    ['2026-11-21T24:00:00Z', '24:00'],
    ['2026-11-21T23:60:00Z', 'minute 60'],
    ['2026-12-31T23:59:60Z', 'a leap second'],
    ['2026-11-21T12:00:00+24:00', 'an offset of a day'],
    ['2026-11-21T12:00:00+02:60', 'an offset with minute 60'],
    ['2026-11-21T12:00:00', 'no zone'],
  ])('%s is refused: %s', text => {
    expect(read(text)).toBeNull()
  })

  it.each([
    ['2028-02-29T23:59:59Z', '2028-02-29T23:59:59.000Z'],
    ['2000-02-29T00:00:00+01:00', '2000-02-28T23:00:00.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999999999-23:59', '2027-01-01T23:58:59.999Z'],
    ['2026-01-01T00:00:00-00:00', '2026-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, at) => {
    expect(read(text)?.toISOString()).toBe(at)
  })

  it('is what its description allows, and none else', () => {
    const isAllowed = newAjv().compile(instant.schema)
    const seen = { allowed: 0, refused: 0 }
    fc.assert(
      fc.property(texts, text => {
        const isTaken = read(text) !== null
        expect([text, isTaken]).toEqual([text, isAllowed(text)])
        seen[isTaken ? 'allowed' : 'refused'] += 1
      }),
      { numRuns: 5000 },
    )
    expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(500)
  })

  it('is the time that it says: no part of it is moved', () => {
    fc.assert(
      fc.property(texts, text => {
        const here = read(text.replace(/(?:Z|[+-][\d:]*)$/i, 'Z'))
        if (here !== null) expect(here.toISOString().slice(0, 19)).toBe(text.slice(0, 19))
      }),
      { numRuns: 5000 },
    )
  })
})

function number(length: number, usual: readonly [number, number], strange: readonly number[]): fc.Arbitrary<string> {
  const [min, max] = usual
  const values = fc.oneof({ weight: 9, arbitrary: fc.integer({ min, max }) }, fc.constantFrom(...strange))
  return values.map(value => String(value).padStart(length, '0'))
}

/** Texts that look like instants, of which about half are some. */
const texts: fc.Arbitrary<string> = fc
  .record({
    year: fc.oneof(number(4, [0, 9999], [0]), fc.constantFrom('1900', '2000', '2024', '2026', '2100', '9999')),
    month: number(2, [1, 12], [0, 2, 13]),
    day: fc.oneof(number(2, [1, 28], [0]), number(2, [28, 31], [32])),
    hour: number(2, [0, 23], [24]),
    minute: number(2, [0, 59], [60]),
    second: number(2, [0, 59], [60, 61]),
    fraction: fc.constantFrom('', '.0', '.123456789', '.1234567890', '.'),
    zone: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('Z', '+00:00', '-00:00', '+23:59', '-23:59') },
      fc.constantFrom('', 'z', '+24:00', '-01:60', '+0100', '+01'),
    ),
    between: fc.oneof({ weight: 9, arbitrary: fc.constant('T') }, fc.constantFrom('t', ' ')),
  })
  .map(
    ({ year, month, day, hour, minute, second, fraction, zone, between }) =>
      `${year}-${month}-${day}${between}${hour}:${minute}:${second}${fraction}${zone}`,
  )
