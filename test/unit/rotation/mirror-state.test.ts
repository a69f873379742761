import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { addSeconds } from '../../../src/core/instant'
import { isOlderVersion, mirrorName, mirrorState, mirrorVersionId } from '../../../src/rotation/mirror'
import { sampleEndpoint } from '../../support/suites/sample-endpoint'

function atRevision(revision: number, incarnation = 'inc_1'): string {
  return mirrorVersionId(sampleEndpoint({ incarnation, ring: { ...sampleEndpoint().ring, revision } }))
}

describe('mirrorVersionId', () => {
  it('is a valid ClientRequestToken: ten digits of the revision and a hash', () => {
    expect(atRevision(1795262400)).toMatch(/^1795262400-[0-9a-f]{32}$/)
    expect(atRevision(7)).toMatch(/^0000000007-[0-9a-f]{32}$/)
  })

  it('is the same for the same ring, whatever else changed', () => {
    const other = sampleEndpoint({
      revision: 99,
      dueAt: new Date(),
      settling: { ...sampleEndpoint().settling, revision: 9 },
    })
    expect(mirrorVersionId(other)).toBe(mirrorVersionId(sampleEndpoint()))
  })

  it.each([
    ['incarnation', sampleEndpoint({ incarnation: 'inc_2' })],
    ['key', withKeys(key => ({ ...key, id: `${key.id}x` }))],
    ['expiry', withKeys(key => ({ ...key, expiresAt: key.expiresAt && addSeconds(key.expiresAt, 1) }))],
  ])('differs for another %s', (_, other) => {
    expect(mirrorVersionId(other)).not.toBe(mirrorVersionId(sampleEndpoint()))
  })
})

type Key = ReturnType<typeof sampleEndpoint>['ring']['keys'][number]

function withKeys(change: (key: Key) => Key): ReturnType<typeof sampleEndpoint> {
  const { ring } = sampleEndpoint()
  const [current, ...older] = ring.keys
  return sampleEndpoint({ ring: { ...ring, keys: [change(current), ...older.map(change)] } })
}

describe('isOlderVersion', () => {
  it('goes by the revision alone', () => {
    const revisions = fc.integer({ min: 0, max: 9_999_999_999 })
    fc.assert(
      fc.property(revisions, revisions, (a, b) => {
        expect(isOlderVersion(atRevision(a), atRevision(b, 'inc_2'))).toBe(a < b)
      }),
    )
  })

  it.each([
    '',
    'EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE',
    `9999999999-${'g'.repeat(32)}`,
    `99999999999-${'a'.repeat(32)}`,
  ])('takes %p, which Keyturn did not write, for older', foreign => {
    expect(isOlderVersion(foreign, atRevision(0))).toBe(true)
  })
})

describe('mirrorState', () => {
  it('is off, current or pending', () => {
    const endpoint = sampleEndpoint()
    const settling = { ...endpoint.settling, mirrorVersionId: mirrorVersionId(endpoint) }
    expect(mirrorState(sampleEndpoint({ settings: { ...endpoint.settings, mirror: 'off' }, settling }))).toBe('off')
    expect(mirrorState(sampleEndpoint({ settling }))).toBe('current')
    expect(mirrorState(endpoint)).toBe('pending')
  })
})

describe('mirrorName', () => {
  it('writes = for the colon that Secrets Manager refuses', () => {
    expect(mirrorName('prod', 'game:42', 'ep:1')).toBe('keyturn/prod/game=42/ep=1')
  })
})
