import type { Endpoint } from '../endpoints/endpoint'
import type { RotationDeps } from './deps'
import type { Key } from './key-ring'
import type { Secret } from './secret'

/** Opened secrets by key id. */
export type OpenedKeys = ReadonlyMap<string, Secret>

type Opener = Pick<RotationDeps, 'sealer'>

export function openKey({ sealer }: Opener, endpoint: Endpoint, key: Key, signal?: AbortSignal): Promise<Secret> {
  return sealer.open(key.sealed, { tenantId: endpoint.tenantId, endpointId: endpoint.id, keyId: key.id }, signal)
}

/** All keys of the ring, opened; those in `known` are not opened again. */
export async function openRing(
  deps: Opener,
  endpoint: Endpoint,
  { known, signal }: { readonly known: OpenedKeys; readonly signal: AbortSignal },
): Promise<OpenedKeys> {
  const opened = endpoint.ring.keys.map(
    async key => [key.id, known.get(key.id) ?? (await openKey(deps, endpoint, key, signal))] as const,
  )
  return new Map(await Promise.all(opened))
}
