import { UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { outcomeOf } from '../../../src/aws/conditional-write'
import { dueShardOf } from '../../../src/aws/due-index'
import { endpointItemKey } from '../../../src/aws/item-keys'
import { count, decodeItem, instant, type Item, oneOrMore, orNull, toItem, updateOf } from '../../../src/aws/items'
import type { Table } from '../../../src/aws/table'
import type { Contract } from '../../../src/contracts/contract'
import { dueKindOf } from '../../../src/rotation/endpoint'

// What functions read and wrote before keys could be published: how they decoded an endpoint and an audit record, with which
// keys they signed, and which attributes they wrote. Functions of then run beside those of now while a stage is deployed. It
// stays as it was then.

const key = v.object({
  id: v.string(),
  sealed: v.string(),
  hint: v.string(),
  mask: v.nullable(v.string()),
  createdAt: instant,
  expiresAt: v.fallback(v.nullable(instant), new Date(0)),
})

const ring = v.object({ version: count, revision: count, keys: oneOrMore(key) })

const actor = v.object({ kind: v.picklist(['api-key', 'session', 'keyturn']), id: v.string() })

const shownSetting = v.nullable(v.union([v.string(), v.number(), v.array(v.string())]))
const changedSettings = v.record(v.string(), v.object({ from: shownSetting, to: shownSetting }))

const change = v.object({
  id: v.string(),
  kind: v.picklist(['create', 'rotate', 'revoke', 'update', 'delete']),
  revision: count,
  version: count,
  keyId: v.string(),
  at: instant,
  actor,
  reason: v.nullable(v.string()),
  overlapSeconds: v.nullable(count),
  revokedKeyIds: v.array(v.string()),
  idempotency: v.nullable(v.object({ hash: v.string(), fingerprint: v.string() })),
  changed: v.exactOptional(changedSettings),
  resetsFailures: v.exactOptional(v.literal(true)),
})

const settings = v.object({
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
      refused: v.exactOptional(v.array(v.string())),
      failures: count,
      error: orNull(v.string()),
      dueAt: orNull(instant),
      fromRequest: v.exactOptional(v.literal(true)),
    }),
  ),
  dailyLookAt: v.exactOptional(instant),
})

const endpoint = v.object({
  tenantId: v.string(),
  id: v.string(),
  contract: v.string(),
  incarnation: v.string(),
  revision: count,
  settings,
  pausedSince: orNull(instant),
  resumedAt: orNull(instant),
  ring,
  changes: oneOrMore(change),
  settling,
  createdAt: instant,
  updatedAt: instant,
  deletedAt: orNull(instant),
  lookAgainAt: orNull(instant),
  dueAt: orNull(instant),
})

const auditRecord = v.object({
  id: v.string(),
  tenantId: v.string(),
  endpointId: v.string(),
  kind: v.picklist(['create', 'rotate', 'revoke', 'replay', 'update', 'delete']),
  keyId: v.string(),
  version: count,
  at: instant,
  actor,
  reason: orNull(v.string()),
  overlapSeconds: v.nullable(count),
  changed: v.exactOptional(changedSettings),
})

export type FormerEndpoint = v.InferOutput<typeof endpoint>

/** @throws {Error} for what functions of then could not read */
export function formerEndpointOf(item: Item): FormerEndpoint {
  return decodeItem(endpoint, item)
}

/** @throws {Error} for what functions of then could not read */
export function formerAuditRecordOf(item: Item): v.InferOutput<typeof auditRecord> {
  return decodeItem(auditRecord, item)
}

/** The keys that signed: all live ones, or the first one or two where a header has no room for more. */
export function formerSigningKeys({ signing }: Contract, { ring: { keys } }: FormerEndpoint, now: Date) {
  const live = keys.filter(({ expiresAt }) => expiresAt === null || now < expiresAt)
  if (signing.signature.form !== 'single') return live
  return live.slice(0, signing.previous === undefined ? 1 : 2)
}

/** The commit of a change, which wrote what it owned then. */
export function formerCommit(table: Table, changed: FormerEndpoint, expected: number): Promise<'stored' | 'conflict'> {
  const { incarnation, revision, pausedSince, resumedAt, ring: keys, changes, updatedAt, deletedAt } = changed
  const stored = { ...changed.settings, createdAt: changed.createdAt, pausedSince, resumedAt }
  const times = { pausedSince, resumedAt, updatedAt, deletedAt, lookAgainAt: changed.lookAgainAt }
  const owned = { revision, settings: stored, ring: keys, changes, ...times, ...dueAttributes(changed) }
  return write(table, changed, updateOf(owned, { incarnation, expected }))
}

/** What settling, a look at the mirror and a put-off wrote. */
export function formerSettle(table: Table, settled: FormerEndpoint): Promise<'stored' | 'conflict'> {
  const { incarnation, revision: expected, settling: reached, lookAgainAt } = settled
  const owned = { settling: reached, lookAgainAt, ...dueAttributes(settled) }
  return write(table, settled, updateOf(owned, { incarnation, expected }))
}

/** The whole item, as a new endpoint was stored. */
export function formerItem(made: FormerEndpoint): Item {
  return toItem({
    ...endpointItemKey({ tenantId: made.tenantId, endpointId: made.id }),
    ...made,
    ...dueAttributes(made),
  })
}

/** Nothing of this has changed since. */
function dueAttributes(endpoint: FormerEndpoint): object {
  const { tenantId, id: endpointId, dueAt } = endpoint
  const kind = dueKindOf({ ...endpoint, published: null })
  return { dueAt, dueShard: dueAt === null ? null : dueShardOf({ tenantId, endpointId }, kind) }
}

function write(
  { client, name }: Table,
  { tenantId, id: endpointId }: FormerEndpoint,
  update: ReturnType<typeof updateOf>,
): Promise<'stored' | 'conflict'> {
  const command = new UpdateItemCommand({
    TableName: name,
    Key: toItem(endpointItemKey({ tenantId, endpointId })),
    ConditionExpression: 'incarnation = :incarnation AND revision = :expected AND attribute_not_exists(deletedAt)',
    ...update,
  })
  return outcomeOf(client.send(command))
}
