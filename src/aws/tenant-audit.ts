import * as v from 'valibot'
import type { AuditEntry } from '../rotation/change'
import type { ChangedSettings } from '../rotation/changed-settings'
import type { AuditRange, Page } from '../rotation/ports'
import { placeInTime, tenantRecordItemKey } from './item-keys'
import { decodeItem, instant, type Item, orNull, valuesOf } from './items'
import { pageOf, queryItems } from './queries'
import type { Table } from './table'

// All that happened to a tenant, in one partition by its time: to its endpoints, and to its access.

/** Newest first. */
export async function listOfTenant(
  table: Table,
  tenantId: string,
  range: AuditRange,
  recordOf: (item: Item) => AuditEntry,
): Promise<Page<AuditEntry>> {
  const { limit, after, since } = range
  const { pk } = tenantRecordItemKey(tenantId, '')
  const from = since?.toISOString() ?? null
  // DynamoDB refuses to begin outside of what it is asked for.
  if (from !== null && after !== null && after < from) return { items: [], next: null }
  const query = {
    KeyConditionExpression: from === null ? 'pk = :pk' : 'pk = :pk AND sk >= :from',
    ExpressionAttributeValues: valuesOf(from === null ? { pk } : { pk, from }),
    ScanIndexForward: false,
    ConsistentRead: true,
  }
  const start = after === null ? null : tenantRecordItemKey(tenantId, after)
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  const entries = items.map(item => (isOfAccess(item) ? accessEntryOf(item) : recordOf(item)))
  return pageOf(entries, limit, placeInTime)
}

/** Those of access are about an API key, and no endpoint. */
function isOfAccess(item: Item): boolean {
  return item['endpointId'] === undefined
}

/** An API key that was made, or ended: what it may do is told as what it had, or lost. */
function accessEntryOf(item: Item): AuditEntry {
  const { id, kind, at, actor, apiKeyId, apiKeyName, contract, permissions, expiresAt } = decodeItem(accessSchema, item)
  const had = { apiKeyId, name: apiKeyName, contract, permissions, expiresAt: expiresAt?.toISOString() ?? null }
  const hasNot = { apiKeyId: null, name: null, contract: null, permissions: [], expiresAt: null }
  const [from, to] = kind === 'create-api-key' ? [hasNot, had] : [had, hasNot]
  return { id, endpointId: null, kind, at, actor, reason: null, changed: changesBetween(from, to) }
}

function changesBetween(from: Told, to: Told): ChangedSettings {
  const names = ['apiKeyId', 'name', 'contract', 'permissions', 'expiresAt'] as const
  const changes = names.map(name => [name, { from: from[name], to: to[name] }] as const)
  return Object.fromEntries(changes.filter(([, change]) => change.from !== null || change.to !== null))
}

interface Told {
  readonly apiKeyId: string | null
  readonly name: string | null
  readonly contract: string | null
  readonly permissions: readonly string[]
  readonly expiresAt: string | null
}

const accessSchema = v.object({
  id: v.string(),
  kind: v.picklist(['create-api-key', 'revoke-api-key']),
  at: instant,
  actor: v.object({ kind: v.picklist(['api-key', 'operator']), id: v.string() }),
  apiKeyId: v.string(),
  apiKeyName: v.string(),
  contract: v.string(),
  permissions: v.array(v.string()),
  expiresAt: orNull(instant),
})
