import { unmarshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, it } from '@jest/globals'
import { toItem } from '../../../src/aws/items'
import { Secret } from '../../../src/core/secret'

describe('toItem', () => {
  it('writes dates as ISO 8601 text and leaves out members that are null', () => {
    const item = toItem({ at: new Date(0), gone: null, list: [{ at: new Date(1), kept: null }] })
    expect(item).toEqual({
      at: { S: '1970-01-01T00:00:00.000Z' },
      list: { L: [{ M: { at: { S: '1970-01-01T00:00:00.001Z' }, kept: { NULL: true } } }] },
    })
  })

  it('writes every kind of value as DynamoDB has it', () => {
    const item = toItem({ text: '', whole: -7, part: 1.5, yes: true, none: [], map: {} })
    expect(item).toEqual({
      text: { S: '' },
      whole: { N: '-7' },
      part: { N: '1.5' },
      yes: { BOOL: true },
      none: { L: [] },
      map: { M: {} },
    })
    expect(unmarshall(item)).toEqual({ text: '', whole: -7, part: 1.5, yes: true, none: [], map: {} })
  })

  it.each([
    ['a Secret', new Secret('bare'), TypeError],
    ['a Map', new Map(), TypeError],
    ['an invalid date', new Date(Number.NaN), RangeError],
    ['no number', Number.NaN, RangeError],
    ['an unsafe number', -(2 ** 53), RangeError],
    ['undefined', undefined, TypeError],
    ['a function', () => undefined, TypeError],
  ])('does not store %s', (_, value, error) => {
    expect(() => toItem({ nested: [{ value }] })).toThrow(error)
  })
})
