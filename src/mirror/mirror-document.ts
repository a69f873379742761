import type { Endpoint } from '../endpoints/endpoint'
import type { OpenedKeys } from '../rotation/open-keys'
import { Secret } from '../rotation/secret'

/**
 * What receivers read: `{endpointId, tenantId, version, signingSecret, keys: [{id, secret, createdAt, expiresAt}]}`,
 * newest key first. A pure function of the stored ring, so that writing it again changes nothing; readers leave out
 * keys whose `expiresAt` has come.
 * @throws {RangeError} when a key of the ring is not among the opened ones
 */
export function mirrorDocument(endpoint: Endpoint, opened: OpenedKeys): Secret {
  const keys = endpoint.ring.keys.map(key => ({
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
