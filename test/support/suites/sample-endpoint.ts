import { addSeconds } from '../../../src/core/instant'
import type { Change, Endpoint } from '../../../src/rotation/endpoint'
import type { Vacancy } from '../../../src/rotation/ports'

export const noon = new Date('2026-11-21T12:00:00.000Z')

const created: Change = {
  id: 'rot_1',
  kind: 'create',
  revision: 1,
  version: 1,
  keyId: 'key_1',
  at: noon,
  actor: { kind: 'session', id: 'user_1' },
  reason: null,
  overlapSeconds: 0,
  revokedKeyIds: [],
  idempotency: null,
}

const rotated: Change = {
  id: 'rot_2',
  kind: 'rotate',
  revision: 2,
  version: 2,
  keyId: 'key_2',
  at: addSeconds(noon, 1),
  actor: { kind: 'api-key', id: 'ak_1' },
  reason: 'the old one leaked',
  overlapSeconds: 3600,
  revokedKeyIds: ['key_0'],
  idempotency: { hash: 'a'.repeat(64), fingerprint: 'b'.repeat(64) },
}

/** An endpoint that was made and rotated once, with something in every field. It is not due. */
export function sampleEndpoint(over: Partial<Endpoint> = {}): Endpoint {
  return {
    tenantId: 'org_1',
    id: 'ep_1',
    contract: 'keyturn',
    incarnation: 'inc_1',
    revision: 2,
    settings: {
      url: 'https://example.com/hook',
      description: '',
      name: 'orders',
      eventTypes: ['order.paid', 'order.sent'],
      status: 'active',
      mirror: 'on',
      requestConfig: { timeoutMs: 5000, headers: { 'X-Team': 'orders' } },
      consumers: ['arn:aws:iam::000000000000:role/reader'],
    },
    pausedSince: null,
    resumedAt: null,
    ring: {
      version: 2,
      revision: 2,
      keys: [
        { id: 'key_2', sealed: 'Yg==', hint: 'bbbb', mask: null, createdAt: addSeconds(noon, 1), expiresAt: null },
        {
          id: 'key_1',
          sealed: 'YQ==',
          hint: 'aaaa',
          mask: 'whsec_…',
          createdAt: noon,
          expiresAt: addSeconds(noon, 3601),
        },
      ],
    },
    published: null,
    changes: [rotated, created],
    settling: { revision: 1, mirrorVersionId: null, failures: 0, error: null },
    createdAt: noon,
    updatedAt: addSeconds(noon, 1),
    deletedAt: null,
    lookAgainAt: null,
    dueAt: null,
    ...over,
  }
}

/** Room for an endpoint whose id nobody has. */
export const vacant: Vacancy = { replaces: null, mostEndpoints: 1000 }

/** Room for an endpoint in the place of a tombstone of this revision. */
export function inPlaceOf(revision: number): Vacancy {
  return { ...vacant, replaces: revision }
}

/** The endpoint one revision on, with a new URL. */
export function changed(endpoint: Endpoint, over: Partial<Endpoint> = {}): Endpoint {
  const revision = endpoint.revision + 1
  const updatedAt = addSeconds(endpoint.updatedAt, 1)
  const change: Change = { ...created, id: `rot_${revision}`, kind: 'update', revision, at: updatedAt }
  const settings = { ...endpoint.settings, url: `https://example.com/${revision}` }
  return { ...endpoint, revision, updatedAt, settings, changes: [change, ...endpoint.changes], ...over }
}

/** The endpoint one revision on, as a tombstone. */
export function deleted(endpoint: Endpoint): Endpoint {
  const next = changed(endpoint)
  return { ...next, deletedAt: next.updatedAt, lookAgainAt: addSeconds(next.updatedAt, 600) }
}
