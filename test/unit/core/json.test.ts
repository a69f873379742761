import { describe, expect, it } from '@jest/globals'
import { assert, bigInt, double, property } from 'fast-check'
import { scanJson } from '../../../src/core/json'

describe('a number in JSON', () => {
  it.each([
    ['0', '-0', '0.0', '0e400', '-0.000', '1', '-1', '1.5', '1E2', '1e+2', '1.0', '100', '12345678901234567000'],
    ['9007199254740991', '-9007199254740992', '9007199254740994', '1e22', '1e23', '1e308', '1.7976931348623157e308'],
    ['9007199254740992.0', '90071992547409920e-1', '0.1', '0.30000000000000004', '37.774929500000001', '5e-324'],
    ['3.14159265358979323846', '0.10000000000000000000', '1'.padEnd(300, '0')],
  ])('is taken where JavaScript keeps it: %s and more', (...numbers) => {
    expect(numbers.filter(number => scanJson(`{"a": [${number}]}`).changed !== null)).toEqual([])
  })

  it.each([
    ['1e400', '-1e400', '1e309', '1.8e308', '1'.padEnd(400, '0'), '1e-400', '-0.1e-330', '1e99999999999999999999'],
    ['9007199254740993', '-9007199254740993', '9007199254740993.0', '9.007199254740993e15', '12345678901234567890'],
    ['90071992547409930e-1', '100000000000000000000001', '0.9007199254740993e16', '18446744073709551615'],
  ])('is refused where JavaScript would change it: %s and more', (...numbers) => {
    for (const number of numbers) {
      expect([number, scanJson(`{"a": [0, {"b": ${number}}]}`).changed]).toEqual([number, 'a.1.b'])
      expect(scanJson(`{"a": "${number}"}`).changed).toBeNull()
      expect(scanJson(`[${number}, ${number}]`).changed).toBe('0')
    }
  })

  it('is never refused once JavaScript has written it, and what is taken keeps its value', () => {
    assert(
      property(double({ noNaN: true, noDefaultInfinity: true }), value => {
        expect(scanJson(JSON.stringify([value])).changed).toBeNull()
      }),
    )
    assert(
      property(bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), value => {
        const same = decimal(String(Number(value))) === value
        expect(scanJson(`[${value}]`).changed === null).toBe(same)
      }),
    )
  })

  it('of half a megabyte is looked at in no time', () => {
    const started = performance.now()
    scanJson(`[0.${'0'.repeat(500_000)}1]`)
    scanJson(`[1${'0'.repeat(250_000)}1${'0'.repeat(250_000)}]`)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

/** The whole number that JavaScript writes with an exponent or without. */
function decimal(written: string): bigint {
  const [digits = '', power = '0'] = written.split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  return BigInt(whole + fraction) * 10n ** BigInt(Number(power) - fraction.length)
}
