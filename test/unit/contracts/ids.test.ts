import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import type { IdFormat } from '../../../src/contracts/contract'
import { newEndpointId, parseEndpointId } from '../../../src/contracts/ids'

const formats: readonly IdFormat[] = [
  { kind: 'uuid' },
  { kind: 'object-id' },
  { kind: 'prefixed', prefix: 'wh_', characters: 24 },
  { kind: 'prefixed', prefix: 'x', characters: 64 },
  { kind: 'numeric', digits: 1 },
  { kind: 'numeric', digits: 19 },
  { kind: 'fixed', id: 'org' },
]

describe('endpoint ids', () => {
  it.each(formats)('that Keyturn makes are accepted: %o', format => {
    for (let round = 0; round < 50; round += 1) {
      const id = newEndpointId(format, randomBytes)
      expect(parseEndpointId(format, id)).toBe(id)
    }
  })

  it.each(formats)('are the same for the same bytes: %o', format => {
    const sevens = (count: number): Buffer => Buffer.alloc(count, 7)
    expect(newEndpointId(format, sevens)).toBe(newEndpointId(format, sevens))
  })

  it('have the form that the contract documents', () => {
    expect(newEndpointId({ kind: 'prefixed', prefix: 'ep_', characters: 24 }, randomBytes)).toMatch(/^ep_[0-9a-z]{24}$/)
    expect(newEndpointId({ kind: 'object-id' }, randomBytes)).toMatch(/^[0-9a-f]{24}$/)
    expect(newEndpointId({ kind: 'numeric', digits: 8 }, randomBytes)).toMatch(/^[1-9][0-9]{7}$/)
    expect(newEndpointId({ kind: 'uuid' }, randomBytes)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/)
  })

  it('are stored in lower case where case does not matter', () => {
    expect(parseEndpointId({ kind: 'object-id' }, '507F1F77BCF86CD799439011')).toBe('507f1f77bcf86cd799439011')
    expect(parseEndpointId({ kind: 'uuid' }, 'A1B2C3D4-E5F6-7890-ABCD-EF1234567890')).toBe(
      'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
    )
  })

  it.each([
    ['uuid', 'a1b2c3d4-e5f6-7890-abcd-ef123456789'],
    ['uuid', 'a1b2c3d4e5f67890abcdef1234567890'],
    ['object-id', '507f1f77bcf86cd79943901'],
    ['object-id', '507f1f77bcf86cd79943901g'],
    ['prefixed', 'wh_'],
    ['prefixed', 'ep_abc'],
    ['prefixed', 'wh_a#b'],
    ['prefixed', 'wh_a/b'],
    ['prefixed', `wh_${'a'.repeat(126)}`],
    ['prefixed', 'wh_abc\n'],
    ['numeric', '0'],
    ['numeric', '012'],
    ['numeric', '1e3'],
    ['numeric', '1'.repeat(20)],
    ['fixed', 'Org'],
    ['fixed', ''],
  ])('that are no %s are refused: %j', (kind, text) => {
    const format = formats.find(candidate => candidate.kind === kind)
    expect(format && parseEndpointId(format, text)).toBeNull()
  })
})
