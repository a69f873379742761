import * as v from 'valibot'
import type { Endpoint } from '../endpoints/endpoint'
import { count, decodeItem, instant, oneOrMore, orNull } from './decode-item'
import { dueShardOf } from './due-shard'
import { endpointItemKey } from './item-key'
import { toItem } from './storable'
import type { Item } from './storable'

/** A key whose expiry cannot be read is expired: it must not live on as a current key. */
const expired = new Date(0)

const key = v.object({
  id: v.string(),
  sealed: v.string(),
  hint: v.string(),
  mask: v.nullable(v.string()),
  createdAt: instant,
  expiresAt: v.fallback(v.nullable(instant), expired),
})

const ring = v.object({ version: count, revision: count, keys: oneOrMore(key) })

export const actor = v.object({ kind: v.picklist(['api-key', 'session', 'keyturn']), id: v.string() })

const change = v.object({
  id: v.string(),
  kind: v.picklist(['create', 'rotate', 'revoke', 'update', 'delete']),
  revision: count,
  version: count,
  keyId: v.string(),
  at: instant,
  actor,
  reason: v.nullable(v.string()),
  overlapSeconds: count,
  revokedKeyIds: v.array(v.string()),
  idempotency: v.nullable(v.object({ hash: v.string(), fingerprint: v.string() })),
  resetsFailures: v.exactOptional(v.literal(true)),
})

export const settings = v.object({
  url: v.nullable(v.string()),
  description: v.string(),
  name: v.string(),
  eventTypes: v.array(v.string()),
  status: v.picklist(['active', 'paused']),
  mirror: v.picklist(['on', 'off']),
  requestConfig: v.object({ timeoutMs: count, headers: v.record(v.string(), v.string()) }),
  consumers: v.array(v.string()),
})

const settling = v.object({
  revision: count,
  mirrorVersionId: v.nullable(v.string()),
  failures: count,
  error: v.nullable(v.string()),
  policy: v.exactOptional(
    v.object({
      consumers: orNull(v.array(v.string())),
      failures: count,
      error: orNull(v.string()),
      dueAt: orNull(instant),
    }),
  ),
})

const schema = v.object({
  tenantId: v.string(),
  id: v.string(),
  contract: v.string(),
  incarnation: v.string(),
  revision: count,
  settings,
  ring,
  changes: oneOrMore(change),
  settling,
  createdAt: instant,
  updatedAt: instant,
  deletedAt: orNull(instant),
  lookAgainAt: orNull(instant),
  dueAt: orNull(instant),
})

/** The whole endpoint as an item; times that are null are left out. */
export function endpointItem(endpoint: Endpoint): Item {
  const { tenantId, id, dueAt } = endpoint
  return toItem({ ...endpointItemKey({ tenantId, endpointId: id }), ...endpoint, ...dueAttributes(endpoint, dueAt) })
}

/** Both or neither: what puts an endpoint into the index, or takes it out. */
export function dueAttributes({ tenantId, id }: Endpoint, dueAt: Date | null): object {
  return { dueAt, dueShard: dueAt === null ? null : dueShardOf({ tenantId, endpointId: id }) }
}

/** @throws {Error} that names the malformed attribute; only a key's expiry may be malformed, and is then long past */
export function endpointOf(item: Item): Endpoint {
  return decodeItem(schema, item)
}
