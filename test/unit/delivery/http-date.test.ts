import { describe, expect, it } from '@jest/globals'
import { parseHttpDate } from '../../../src/delivery/http-date'
import { noon } from '../../support/suites/sample-endpoint'

const example = new Date('1994-11-06T08:49:37Z')

describe('parseHttpDate', () => {
  // RFC 9110, section 5.6.7, has these three.
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'reads %p',
    text => {
      expect(parseHttpDate(text, noon)).toEqual(example)
    },
  )

  it.each([
    ['Saturday, 21-Nov-26 12:00:00 GMT', '2026-11-21T12:00:00Z'],
    ['Saturday, 21-Nov-76 12:00:00 GMT', '2076-11-21T12:00:00Z'],
    ['Sunday, 21-Nov-77 12:00:00 GMT', '1977-11-21T12:00:00Z'],
    ['Wed Nov 16 08:49:37 1994', '1994-11-16T08:49:37Z'],
    ['Thu, 31 Dec 1998 23:59:60 GMT', '1999-01-01T00:00:00Z'],
    ['Thu, 29 Feb 1996 00:00:00 GMT', '1996-02-29T00:00:00Z'],
  ])('reads %p as %s', (text, at) => {
    expect(parseHttpDate(text, noon)).toEqual(new Date(at))
  })

  it.each([
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:49:61 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Son, 06 Nov 1994 08:49:37 GMT',
    'Sun Nov 06 1994',
    '1994-11-06T08:49:37Z',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
    '',
  ])('does not read %p', text => {
    expect(parseHttpDate(text, noon)).toBeNull()
  })
})
