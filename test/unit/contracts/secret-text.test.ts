import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import type { SecretFormat } from '../../../src/contracts/contract'
import {
  containedPattern,
  mask,
  matchesText,
  newText,
  parseFreeSecret,
  parseOwnSecret,
} from '../../../src/contracts/secret-text'
import { Problem } from '../../../src/core/problem'
import { standardWebhooks } from '../../../src/verify'

const whsec: SecretFormat = { prefix: 'whsec_', encoding: 'base64', bytes: 32 }
const rule = { field: 'secret', minimumBytes: 24, maximumBytes: 64 }

const formats: readonly [SecretFormat, RegExp][] = [
  [{ prefix: '', encoding: 'hex', bytes: 32 }, /^[0-9a-f]{64}$/],
  [whsec, /^whsec_[0-9A-Za-z+/]{43}=$/],
  [{ prefix: 'fb_', encoding: 'base64url', bytes: 32 }, /^fb_[0-9A-Za-z_-]{43}$/],
  [{ prefix: 's', encoding: 'alphanumeric', bytes: 40 }, /^s[0-9A-Za-z]{40}$/],
  [{ prefix: 'S-', encoding: 'upper-alphanumeric', bytes: 40 }, /^S-[0-9A-Z]{40}$/],
  [
    { prefix: '', encoding: 'uuid', bytes: 16 },
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  ],
]

describe('the text of a secret', () => {
  it.each(formats)('has the form %o', (format, pattern) => {
    const text = newText(format, randomBytes)
    expect(text).toMatch(pattern)
    expect(matchesText(format, text)).toBe(true)
    expect(newText(format, randomBytes)).not.toBe(text)
  })

  it.each(formats)('is recognised only whole: %o', format => {
    const text = newText(format, randomBytes)
    for (const other of [`${text}a`, ` ${text}`, `${text}\n`, text.slice(0, -2), format.prefix, '']) {
      expect(matchesText(format, other)).toBe(false)
    }
  })

  it.each(formats)('is found anywhere in a text: %o', format => {
    const text = newText(format, randomBytes)
    for (const around of [text, `leaked:${text}`, `x ${text}, sorry`, `_${text}\n`]) {
      expect(containedPattern(format).test(around)).toBe(true)
    }
    for (const other of ['', format.prefix, `${format.prefix} is leaked`, text.slice(0, 12), 'a-plain-reason']) {
      expect(containedPattern(format).test(other)).toBe(false)
    }
  })

  it('uses every alphanumeric character', () => {
    const text = newText({ prefix: '', encoding: 'alphanumeric', bytes: 4000 }, randomBytes)
    expect(new Set(text).size).toBe(62)
  })
})

describe("a caller's own secret", () => {
  it.each([24, 25, 32, 64])('of %i bytes is kept letter by letter, with or without padding', count => {
    const text = `whsec_${randomBytes(count).toString('base64')}`
    expect(parseOwnSecret(whsec, text, rule).reveal()).toBe(text)
    const bare = text.replaceAll('=', '')
    expect(parseOwnSecret(whsec, bare, rule).reveal()).toBe(bare)
  })

  it.each([
    ['too short', `whsec_${randomBytes(23).toString('base64')}`],
    ['too long', `whsec_${randomBytes(65).toString('base64')}`],
    ['without the prefix', randomBytes(32).toString('base64')],
    ['a bare prefix', 'whsec_'],
    ['empty', ''],
    ['not base64', `whsec_${'!'.repeat(44)}`],
    ['base64 with a space', `whsec_ ${randomBytes(32).toString('base64')}`],
  ])('that is %s is refused by the name of its field, and not repeated', (_, text) => {
    const refusal = refusalOf(() => parseOwnSecret(whsec, text, rule))
    expect(refusal.code).toBe('invalid-request')
    expect(refusal.errors.map(error => error.path)).toEqual(['secret'])
    if (text.length > 6) expect(JSON.stringify([refusal.detail, refusal.errors])).not.toContain(text.slice(6))
  })
})

describe("a caller's own secret of any form", () => {
  it('is one that the contract’s own encoding can sign with, whatever the scheme decodes by itself', () => {
    const hex: SecretFormat = { prefix: 'sec_', encoding: 'hex', bytes: 32, key: 'bytes' }
    const free = { ...rule, maximumBytes: 128, free: true } as const
    const contract = { secret: hex, signing: standardWebhooks }
    const text = `sec_${'0f'.repeat(32)}`
    expect(parseFreeSecret(contract, text, free).reveal()).toBe(text)
    const refusal = refusalOf(() => parseFreeSecret(contract, `whsec_${'+/8A'.repeat(11)}`, free))
    expect(refusal.detail).toBe('secret must be sec_ and hex.')
  })
})

describe('a mask', () => {
  it('shows what the contract says and nothing else', () => {
    const format: SecretFormat = { ...whsec, mask: { first: 6, filler: '•', count: 3, last: 2 } }
    expect(mask(format, 'whsec_abcdefgh')).toBe('whsec_•••gh')
    expect(mask({ ...whsec, mask: { first: 0, filler: '*', count: 4, last: 0 } }, 'whsec_abcdefgh')).toBe('****')
    expect(mask(whsec, 'whsec_abcdefgh')).toBeNull()
  })
})

function refusalOf(run: () => unknown): Problem {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem) return error
  }
  throw new Error('it was not refused')
}
