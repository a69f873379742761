import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { addSeconds } from '../../../src/core/instant'
import { Secret } from '../../../src/core/secret'
import type { Endpoint } from '../../../src/rotation/endpoint'
import {
  isOlderVersion,
  mirrorDocument,
  mirrorName,
  mirrorState,
  mirrorVersionId,
  withoutMirrors,
} from '../../../src/rotation/mirror'
import { promoteKey, type Published } from '../../../src/rotation/published'
import type { Key, KeyRing } from '../../../src/rotation/ring'
import { sign, verify, WebhookVerificationError } from '../../../src/verify'
import { timestampBodyHex } from '../../../src/verify/schemes'
import { endpointTable, memoryEndpointStore } from '../../support/memory/memory-endpoint-store'
import { noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'

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

describe('docs/mirror.md', () => {
  const [, example = ''] = /```json\n([^]*?)```/.exec(readFileSync('docs/mirror.md', 'utf8')) ?? []
  const shown = JSON.parse(example) as { keys: { id: string; secret: string; createdAt: string; expiresAt: string }[] }
  const [signing, published, ...retiring] = shown.keys.map(({ id, secret, createdAt, expiresAt }) => ({
    key: {
      id,
      sealed: '',
      hint: secret.slice(-4),
      mask: null,
      createdAt: new Date(createdAt),
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
    },
    secret: new Secret(secret),
  }))
  if (signing === undefined || published === undefined) throw new Error('the page has no document')
  const all = [signing, published, ...retiring]
  const secrets = new Map(all.map(({ key, secret }) => [key.id, secret]))
  const ring: KeyRing = { version: 4, revision: 9, keys: [signing.key, ...retiring.map(({ key }) => key)] }
  const waiting: Published = { key: published.key, signing: 'published', leadSeconds: 600, overlapSeconds: 900 }
  const before = sampleEndpoint({ ring, published: waiting })

  function documentOf(endpoint: Endpoint) {
    return JSON.parse(mirrorDocument(endpoint, secrets).reveal()) as {
      signingSecret: string
      keys: { secret: string }[]
    }
  }

  it('shows the document as it is made, member by member and in its order', () => {
    expect(`${JSON.stringify(documentOf(before), null, 2)}\n`).toBe(example)
    expect(retiring).toHaveLength(2)
  })

  it('says who is refused after a promotion at a contract of one signature: who reads signingSecret alone', () => {
    const scheme = timestampBodyHex({ header: 'x-signature', timestamp: 'x-timestamp' })
    const after = { ...before, ...promoteKey(before, published.key.id, noon) }
    const signers = documentOf(after).keys.map(({ secret }) => secret)
    expect(signers[0]).toBe(published.secret.reveal())
    const headers = sign('{}', signers, { scheme, now: noon })
    const read = documentOf(before)
    expect(() => verify('{}', headers, read.signingSecret, { scheme, now: noon })).toThrow(WebhookVerificationError)
    verify('{}', headers, documentOf(after).signingSecret, { scheme, now: noon })
    verify(
      '{}',
      headers,
      read.keys.map(({ secret }) => secret),
      { scheme, now: noon },
    )
  })
})

function atRevision(revision: number, incarnation = 'inc_1'): string {
  return mirrorVersionId(sampleEndpoint({ incarnation, ring: { ...sampleEndpoint().ring, revision } }))
}

function withKeys(change: (key: Key) => Key): Endpoint {
  const { ring } = sampleEndpoint()
  const [current, ...older] = ring.keys
  return sampleEndpoint({ ring: { ...ring, keys: [change(current), ...older.map(change)] } })
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

describe('a deployment without mirrors', () => {
  it('reads every endpoint as one whose mirror is off, and looks at no mirror again', async () => {
    const table = endpointTable()
    const endpoint = { ...sampleEndpoint(), lookAgainAt: noon }
    expect(endpoint.settings.mirror).toBe('on')
    await memoryEndpointStore(table).create(endpoint, vacant)
    const store = withoutMirrors(memoryEndpointStore(table))
    const loaded = await store.load({ tenantId: endpoint.tenantId, endpointId: endpoint.id })
    expect(loaded && mirrorState(loaded)).toBe('off')
    expect(loaded?.lookAgainAt).toBeNull()
    const { items } = await store.list(endpoint.tenantId, { limit: 10, after: null })
    expect(items.map(mirrorState)).toEqual(['off'])
  })
})
