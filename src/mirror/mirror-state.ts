import { createHash } from 'node:crypto'
import type { Endpoint } from '../endpoints/endpoint'

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
export function mirrorVersionId({ incarnation, ring }: Endpoint): string {
  const keys = ring.keys.map(key => [key.id, key.expiresAt?.toISOString() ?? null])
  const hash = createHash('sha256')
    .update(JSON.stringify([incarnation, ring.revision, keys]))
    .digest('hex')
  return `${String(ring.revision).padStart(revisionDigits, '0')}-${hash.slice(0, hashCharacters)}`
}

/** Whether the version is of an older ring than `than`. A version that Keyturn did not write is older than any. */
export function isOlderVersion(versionId: string, than: string): boolean {
  return !/^\d{10}-[0-9a-f]{32}$/.test(versionId) || revisionOf(versionId) < revisionOf(than)
}

function revisionOf(versionId: string): string {
  return versionId.slice(0, revisionDigits)
}
