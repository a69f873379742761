import { describe, expect, it } from '@jest/globals'
import { Secret } from '../../../src/core/secret'
import { mirrorDocument } from '../../../src/rotation/mirror'
import { sampleEndpoint } from '../../support/suites/sample-endpoint'

const opened = new Map([
  ['key_1', new Secret('whsec_old')],
  ['key_2', new Secret('whsec_new')],
])

describe('the mirrored document', () => {
  it('shows the current secret and every key, newest first, in a fixed order', () => {
    expect(mirrorDocument(sampleEndpoint(), opened).reveal()).toBe(
      '{"endpointId":"ep_1","tenantId":"org_1","version":2,"signingSecret":"whsec_new","keys":[' +
        '{"id":"key_2","secret":"whsec_new","createdAt":"2026-11-21T12:00:01.000Z","expiresAt":null},' +
        '{"id":"key_1","secret":"whsec_old","createdAt":"2026-11-21T12:00:00.000Z","expiresAt":"2026-11-21T13:00:01.000Z"}]}',
    )
  })

  it('depends on the ring and its owner alone', () => {
    const { settling, settings } = sampleEndpoint()
    const other = sampleEndpoint({
      revision: 77,
      settings: { ...settings, url: 'https://example.org' },
      settling: { ...settling, failures: 3 },
      updatedAt: new Date(0),
    })
    expect(mirrorDocument(other, new Map([...opened].toReversed())).reveal()).toBe(
      mirrorDocument(sampleEndpoint(), opened).reveal(),
    )
  })

  it('is not made while a key is not open', () => {
    const half = new Map([['key_2', new Secret('whsec_new')]])
    expect(() => mirrorDocument(sampleEndpoint(), half)).toThrow(RangeError)
  })
})
