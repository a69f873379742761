import { describe, expect, it } from '@jest/globals'
import { wholeNumber } from '../../../local/options'

const upTo20 = { least: 1, greatest: 20 }

describe('a whole number', () => {
  it.each([
    ['1', 1],
    ['20', 20],
  ])('is read from %s', (text, number) => {
    expect(wholeNumber('--seeds', text, upTo20)).toBe(number)
  })

  it.each(['0', '21', '-1', '1.5', '01', '1e1', ' 1', '', 'abc', 'NaN'])('is not %j', text => {
    expect(() => wholeNumber('--seeds', text, upTo20)).toThrow(
      `--seeds takes a whole number from 1 to 20, not ${JSON.stringify(text)}`,
    )
  })
})
