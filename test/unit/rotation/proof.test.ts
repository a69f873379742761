import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { assertProven, newProof, probedKeys, proofOf, type StoredProofs, withProof } from '../../../src/rotation/proof'
import type { Key } from '../../../src/rotation/ring'
import { noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const base = sampleEndpoint()
const [current] = base.ring.keys
const url = 'https://receiver.example/hooks'
const endpoint: Endpoint = { ...base, settings: { ...base.settings, url } }
const proof = newProof(url, { keyId: current.id, adoption: 'adopted', at: noon })

function stored(over: Partial<StoredProofs> = {}): StoredProofs {
  return { proofs: [proof], incarnation: endpoint.incarnation, ...over }
}

function key(id: string, over: Partial<Key> = {}): Key {
  return { ...current, id, expiresAt: null, ...over }
}

describe('a proof', () => {
  const counts = (of: Endpoint, keyId: string, now: Date, from = stored()): boolean =>
    proofOf(of, keyId, from, now) !== null

  it('counts for its key, at its URL, in its life, for an hour', () => {
    expect(proofOf(endpoint, current.id, stored(), noon)).toEqual(proof)
    expect(counts(endpoint, current.id, addSeconds(noon, 3599))).toBe(true)
    expect(counts(endpoint, current.id, addSeconds(noon, 3600))).toBe(false)
    expect(counts(endpoint, 'key_other', noon)).toBe(false)
    const moved = { ...endpoint, settings: { ...endpoint.settings, url: `${url}/v2` } }
    expect(counts(moved, current.id, noon)).toBe(false)
    expect(counts({ ...endpoint, settings: { ...endpoint.settings, url: null } }, current.id, noon)).toBe(false)
    expect(counts({ ...endpoint, incarnation: 'inc_next' }, current.id, noon)).toBe(false)
    expect(counts(endpoint, current.id, noon, stored({ incarnation: null, proofs: [] }))).toBe(false)
  })

  it('is one a key: a later probe takes its place, an earlier one that ends later does not', () => {
    const later = { ...proof, adoption: 'unreachable', at: addSeconds(noon, 1) } as const
    expect(withProof([proof], later, [current.id])).toEqual([later])
    expect(withProof([later], proof, [current.id])).toEqual([later])
  })

  it('is dropped with the next one, once its key is gone or its hour is over', () => {
    const next = { ...proof, keyId: 'key_next', at: addSeconds(noon, 3599) }
    expect(withProof([proof], next, [current.id, 'key_next'])).toEqual([next, proof])
    expect(withProof([proof], next, ['key_next'])).toEqual([next])
    const late = { ...next, at: addSeconds(noon, 3600) }
    expect(withProof([proof], late, [current.id, 'key_next'])).toEqual([late])
  })

  it.each(['not-adopted', 'accepts-anything', 'inconclusive', 'unreachable'] as const)(
    'that is %s proves nothing',
    adoption => {
      const refused = { code: 'not-proven', detail: `The key that signs is ${adoption}. Probe the endpoint first.` }
      expect(() => assertProven(endpoint, stored({ proofs: [{ ...proof, adoption }] }), noon)).toThrow(
        expect.objectContaining(refused),
      )
    },
  )

  it('of another key than the one that signs proves nothing of that one', () => {
    expect(() => assertProven(endpoint, stored(), noon)).not.toThrow()
    const rotated = { ...endpoint, ring: { ...endpoint.ring, keys: [key('key_next'), current] as const } }
    expect(() => assertProven(rotated, stored(), noon)).toThrow(expect.objectContaining({ code: 'not-proven' }))
  })
})

describe('a probe that ends late', () => {
  it('leaves the proof of a key that was made while it ran', () => {
    const older = { ...proof, keyId: 'key_before', at: addSeconds(noon, -10) }
    expect(withProof([proof], older, ['key_before'])).toEqual([older, proof])
  })
})

describe('a probe is about', () => {
  const ring = { ...endpoint.ring, keys: [key('key_2'), key('key_1', { expiresAt: addSeconds(noon, 60) })] as const }
  const idsOf = (keys: Parameters<typeof probedKeys>[0], now: Date) => {
    const { newest, previous } = probedKeys(keys, now)
    return [newest.id, previous?.id]
  }

  it('the key that signs, and the one that signed before while that is live', () => {
    expect(idsOf({ ring, published: null }, noon)).toEqual(['key_2', 'key_1'])
    expect(idsOf({ ring, published: null }, addSeconds(noon, 60))).toEqual(['key_2', undefined])
    expect(idsOf({ ring: { ...ring, keys: [key('key_1')] }, published: null }, noon)).toEqual(['key_1', undefined])
  })

  it('the published key where there is one, and the one that signs', () => {
    const published = { key: key('key_3'), signing: 'manual', leadSeconds: 600, overlapSeconds: 900 } as const
    expect(idsOf({ ring, published }, noon)).toEqual(['key_3', 'key_2'])
  })

  it('no key that was given up before it signed', () => {
    const abandoned = key('key_3', { expiresAt: addSeconds(noon, 60), abandoned: true })
    const keys = [ring.keys[0], abandoned, ring.keys[1]] as const
    expect(idsOf({ ring: { ...ring, keys }, published: null }, noon)).toEqual(['key_2', 'key_1'])
  })
})
