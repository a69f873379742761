import { createHash } from 'node:crypto'
import { Secret } from '../core/secret'
import type { Endpoint } from './endpoint'
import type { OpenedKeys } from './keys'
import type { EndpointStore } from './ports'
import { allKeys } from './published'

// The copy in Secrets Manager that receivers read: its name, its versions' ids, its document, and how far it is.

/** `pending`: the mirror is behind the ring and will catch up. */
export type MirrorState = 'current' | 'pending' | 'off'

export function mirrorState(endpoint: Endpoint): MirrorState {
  if (endpoint.settings.mirror === 'off') return 'off'
  return endpoint.settling.mirrorVersionId === mirrorVersionId(endpoint) ? 'current' : 'pending'
}

/** The secret's name: `keyturn/<stage>/<tenantId>/<endpointId>`, with `=` for `:`, which Secrets Manager refuses. */
export function mirrorName(stage: string, tenantId: string, endpointId: string): string {
  return `keyturn/${stage}/${tenantId}/${endpointId}`.replaceAll(':', '=')
}

const revisionDigits = 10
const hashCharacters = 32

/**
 * The version id under which the endpoint's ring is mirrored: `<10-digit revision>-<32 hex>`. The same ring has the
 * same id, a later ring a greater one.
 */
export function mirrorVersionId({ incarnation, ring, published }: Endpoint): string {
  const keys = allKeys({ ring, published }).map(key => [key.id, key.expiresAt?.toISOString() ?? null])
  const hash = createHash('sha256')
    .update(JSON.stringify([incarnation, ring.revision, keys]))
    .digest('hex')
  return `${String(ring.revision).padStart(revisionDigits, '0')}-${hash.slice(0, hashCharacters)}`
}

/** Whether the version is of an older ring than `than`. A version that Keyturn did not write is older than any. */
export function isOlderVersion(versionId: string, than: string): boolean {
  return !/^\d{10}-[0-9a-f]{32}$/.test(versionId) || revisionOf(versionId) < revisionOf(than)
}

/**
 * Whether the version gives way to the ring's own: it is older, or it is of the same ring and another. Functions from before
 * leave the published key out, which makes another version of the same ring.
 */
export function givesWayTo(versionId: string, own: string): boolean {
  return isOlderVersion(versionId, own) || (versionId !== own && revisionOf(versionId) === revisionOf(own))
}

function revisionOf(versionId: string): string {
  return versionId.slice(0, revisionDigits)
}

/**
 * What receivers read: `{endpointId, tenantId, version, signingSecret, keys: [{id, secret, createdAt, expiresAt}]}`:
 * the key that signs, the published one, and the retiring ones, newest first. A pure function of the stored ring, so that writing it again changes nothing; readers leave out
 * keys whose `expiresAt` has come.
 * @throws {RangeError} when a key of the ring is not among the opened ones
 */
export function mirrorDocument(endpoint: Endpoint, opened: OpenedKeys): Secret {
  const keys = allKeys(endpoint).map(key => ({
    id: key.id,
    secret: textOf(opened, key.id),
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
  }))
  const { id: endpointId, tenantId, ring } = endpoint
  const signingSecret = textOf(opened, ring.keys[0].id)
  return new Secret(JSON.stringify({ endpointId, tenantId, version: ring.version, signingSecret, keys }))
}

function textOf(opened: OpenedKeys, keyId: string): string {
  const secret = opened.get(keyId)
  if (!secret) throw new RangeError(`key ${keyId} is not open`)
  return secret.reveal()
}

/** The store of a deployment that mirrors nothing: every endpoint reads as one whose mirror is off. */
export function withoutMirrors(store: EndpointStore): EndpointStore {
  return {
    ...store,
    load: async address => {
      const endpoint = await store.load(address)
      return endpoint && withoutMirror(endpoint)
    },
    list: async (tenantId, page) => {
      const { items, next } = await store.list(tenantId, page)
      return { items: items.map(withoutMirror), next }
    },
  }
}

function withoutMirror(endpoint: Endpoint): Endpoint {
  return { ...endpoint, settings: { ...endpoint.settings, mirror: 'off' }, lookAgainAt: null }
}
