import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { earlierChange, idempotencyRecord } from '../../../src/rotation/idempotency'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const actor = { kind: 'api-key', id: 'ak_1' } as const
const record = idempotencyRecord(actor, 'rotate', { key: 'once', body: { overlapSeconds: 60 } })

function madeBy(idempotency: typeof record): Endpoint {
  const [rotated, ...older] = sampleEndpoint().changes
  return sampleEndpoint({ changes: [{ ...rotated, at: noon, idempotency }, ...older] })
}

/** The value with the members of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reordered(member)]),
  )
}

function fingerprint(body: unknown): string {
  return idempotencyRecord(actor, 'rotate', { key: 'once', body }).fingerprint
}

describe('the fingerprint of a body', () => {
  it('is the same whatever the order of the members', () => {
    fc.assert(fc.property(fc.jsonValue(), body => expect(fingerprint(reordered(body))).toBe(fingerprint(body))))
  })

  it('differs between an object and the list of its members', () => {
    expect(fingerprint({ a: 1 })).not.toBe(fingerprint([['a', 1]]))
  })

  it('differs between different bodies', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        fc.pre(canonicalText(a) !== canonicalText(b))
        expect(fingerprint(a)).not.toBe(fingerprint(b))
      }),
    )
  })

  it('keeps a member that is called __proto__', () => {
    expect(fingerprint(JSON.parse('{"__proto__": 1}'))).not.toBe(fingerprint({}))
  })
})

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`)
  return `{${members.toSorted((a, b) => (a < b ? -1 : 1)).join()}}`
}

describe('an idempotency record', () => {
  it.each([
    ['principal', idempotencyRecord({ ...actor, id: 'ak_2' }, 'rotate', { key: 'once', body: {} })],
    ['kind of principal', idempotencyRecord({ ...actor, kind: 'session' }, 'rotate', { key: 'once', body: {} })],
    ['operation', idempotencyRecord(actor, 'revoke-previous', { key: 'once', body: {} })],
    ['key', idempotencyRecord(actor, 'rotate', { key: 'twice', body: {} })],
  ])('is another one for another %s', (_, other) => {
    expect(other.hash).not.toBe(record.hash)
  })
})

describe('earlierChange', () => {
  it('finds the change that the same key made', () => {
    expect(earlierChange(madeBy(record), record, addSeconds(noon, 5))?.id).toBe('rot_2')
  })

  it('finds nothing without a key, or for another key', () => {
    const other = idempotencyRecord(actor, 'rotate', { key: 'other', body: {} })
    expect(earlierChange(madeBy(record), null, noon)).toBeNull()
    expect(earlierChange(madeBy(record), other, noon)).toBeNull()
  })

  it('refuses the same key with another body', () => {
    const reused = { ...record, fingerprint: fingerprint({ overlapSeconds: 0 }) }
    expect(() => earlierChange(madeBy(record), reused, noon)).toThrow(
      expect.objectContaining({ code: 'idempotency-key-reused' }),
    )
  })

  it('forgets after 24 hours, to the millisecond', () => {
    const day = 24 * 60 * 60
    expect(earlierChange(madeBy(record), record, addSeconds(noon, day - 0.001))).not.toBeNull()
    expect(earlierChange(madeBy(record), record, addSeconds(noon, day))).toBeNull()
  })
})
