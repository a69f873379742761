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

/** Those of access are about an API key or portal sessions, and no endpoint. */
function isOfAccess(item: Item): boolean {
  return item['endpointId'] === undefined
}

/** What may do something at the tenant was made, or ended: what it may do is told as what it had, or lost. */
function accessEntryOf(item: Item): AuditEntry {
  const { id, kind, at, actor, ...about } = decodeItem(accessSchema, item)
  const had = 'apiKeyId' in about ? toldOfApiKey(about) : toldOfSession(about)
  const isMade = kind === 'create-api-key' || kind === 'create-portal-session'
  return { id, endpointId: null, kind, at, actor, reason: null, changed: changesOf(had, isMade) }
}

type Told = Readonly<Record<string, string | readonly string[] | null>>

function toldOfApiKey({ apiKeyId, apiKeyName: name, contract, permissions, expiresAt }: ToldApiKey): Told {
  return { apiKeyId, name, contract, permissions, expiresAt: expiresAt?.toISOString() ?? null }
}

function toldOfSession({ sessionId, subject, scopes, endpointIds, expiresAt }: ToldSession): Told {
  return { sessionId, subject, scopes, endpointIds, expiresAt: expiresAt?.toISOString() ?? null }
}

function changesOf(had: Told, isMade: boolean): ChangedSettings {
  const changes = Object.entries(had).flatMap(([name, value]) => {
    // From nothing to nothing: an ending of all knows neither which sessions there were nor whether there was one.
    if (value === null || value.length === 0) return []
    const nothing = typeof value === 'string' ? null : []
    return [[name, isMade ? { from: nothing, to: value } : { from: value, to: nothing }] as const]
  })
  return Object.fromEntries(changes)
}

const common = { id: v.string(), at: instant, expiresAt: orNull(instant) }

const ofApiKey = v.object({
  ...common,
  kind: v.picklist(['create-api-key', 'revoke-api-key']),
  actor: v.object({ kind: v.picklist(['api-key', 'operator']), id: v.string() }),
  apiKeyId: v.string(),
  apiKeyName: v.string(),
  contract: v.string(),
  permissions: v.array(v.string()),
})

const ofPortal = v.object({
  ...common,
  kind: v.picklist(['create-portal-session', 'end-portal-session', 'end-portal-sessions']),
  actor: v.object({ kind: v.picklist(['api-key', 'portal']), id: v.string() }),
  sessionId: orNull(v.string()),
  subject: orNull(v.string()),
  scopes: v.array(v.string()),
  endpointIds: orNull(v.array(v.string())),
})

const accessSchema = v.variant('kind', [ofApiKey, ofPortal])
type ToldApiKey = Pick<
  v.InferOutput<typeof ofApiKey>,
  'apiKeyId' | 'apiKeyName' | 'contract' | 'permissions' | 'expiresAt'
>
type ToldSession = Pick<
  v.InferOutput<typeof ofPortal>,
  'sessionId' | 'subject' | 'scopes' | 'endpointIds' | 'expiresAt'
>
