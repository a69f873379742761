import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { keyBytes, type KeyBytes, utf8Text, whsecBase64 } from '../../../src/verify'

const encodings = ['base64', 'base64url', 'hex', 'utf8'] as const

describe('keyBytes', () => {
  it('decodes base64 after the prefix, with or without padding and with or without the prefix', () => {
    for (const text of ['whsec_AQIDBA==', 'whsec_AQIDBA', 'AQIDBA==', 'AQIDBA']) {
      expect([...keyBytes(text, whsecBase64)]).toEqual([1, 2, 3, 4])
    }
  })

  it('takes the whole text as UTF-8 where the format says so, its prefix included', () => {
    expect(keyBytes('whsec_é', utf8Text)).toEqual(Buffer.from('whsec_é', 'utf8'))
  })

  it('decodes hex in either case after a prefix', () => {
    expect([...keyBytes('sec_0aFf', { encoding: 'hex', prefix: 'sec_' })]).toEqual([0x0a, 0xff])
  })

  it('decodes the alphabet of base64url, and refuses that of base64 there', () => {
    expect([...keyBytes('-_8=', { encoding: 'base64url', prefix: '' })]).toEqual([0xfb, 0xff])
    expect(() => keyBytes('+/8=', { encoding: 'base64url', prefix: '' })).toThrow(TypeError)
  })

  it.each<[string, string, KeyBytes['encoding']]>([
    ['a character of another alphabet', 'AQ-DBA==', 'base64'],
    ['a space', 'AQID BA==', 'base64'],
    ['a line feed at the end', 'AQIDBA==\n', 'base64'],
    ['unused bits that are set', 'AQIDBB==', 'base64'],
    ['too much padding', 'AQIDBA===', 'base64'],
    ['too little padding', 'AQIDBA=', 'base64'],
    ['text after the padding', 'AQIDBA==AQ', 'base64'],
    ['half a byte', '0aF', 'hex'],
    ['a character that is not hex', '0aFg', 'hex'],
    ['half a surrogate pair', 'key \ud800', 'utf8'],
  ])('refuses %s', (_what, text, encoding) => {
    expect(() => keyBytes(text, { encoding, prefix: '' })).toThrow(TypeError)
  })

  it('is empty where nothing decodes after the prefix', () => {
    for (const text of ['', 'whsec_', 'whsec_=', 'whsec_====', 'whsec_!']) {
      expect(keyBytes(text, whsecBase64)).toHaveLength(0)
    }
  })

  it('never puts the secret into the message', () => {
    expect(() => keyBytes('whsec_AQID+secret?', whsecBase64)).toThrow(/^the secret is not base64$/)
  })

  it('gives back the bytes that any text of an encoding was made from', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.base64String({ minLength: 4 }))
    fc.assert(
      fc.property(text, fc.constantFrom(...encodings), (source, encoding) => {
        const bytes = Buffer.from(source, 'utf8')
        expect(keyBytes(`sec_${bytes.toString(encoding)}`, { encoding, prefix: 'sec_' })).toEqual(bytes)
      }),
    )
  })
})
