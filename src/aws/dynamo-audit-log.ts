import * as v from 'valibot'
import { type AuditRecord, isOfSettings } from '../rotation/change'
import type { AuditLog, EndpointAddress, Page, PageRequest } from '../rotation/ports'
import { kindItem, step } from './change-kind'
import { actor, changedSettings } from './dynamo-endpoint-store'
import {
  auditItemKey,
  auditPartition,
  auditPrefix,
  placeInTime,
  settingsAuditItemKey,
  settingsPrefix,
  tenantRecordItemKey,
} from './item-keys'
import { count, decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { putAll } from './put-all'
import { pageOf, queryItems } from './queries'
import type { Table } from './table'
import { listOfTenant } from './tenant-audit'

/**
 * Audit records in DynamoDB, under item keys made of time and id: the same record is the same item. Each is stored twice, in
 * one request: under its endpoint, and under its tenant.
 */
export function dynamoAuditLog(table: Table): AuditLog {
  return {
    record: async (record, signal) => {
      const itemKeyOf = isOfSettings(record) ? settingsAuditItemKey : auditItemKey
      const place = placeInTime(record)
      const itemKeys = [itemKeyOf(record, place), tenantRecordItemKey(record.tenantId, place)]
      const items = itemKeys.map(itemKey => toItem({ ...itemKey, ...record, ...kindItem(record.kind) }))
      await putAll(table, items, signal)
    },
    list: (address, page) => list(table, address, page),
    listAll: (address, page) => listAll(table, address, page),
    listOfTenant: (tenantId, range) => listOfTenant(table, tenantId, range, recordOf),
  }
}

async function list(table: Table, address: EndpointAddress, page: PageRequest): Promise<Page<AuditRecord>> {
  return pageOf(await recordsOf(table, address, { ...page, of: 'ring' }), page.limit, placeInTime)
}

/** Each kind is in order by itself; a page takes the newest of both. */
async function listAll(table: Table, address: EndpointAddress, page: PageRequest): Promise<Page<AuditRecord>> {
  const [ofRing, ofSettings] = await Promise.all([
    recordsOf(table, address, { ...page, of: 'ring' }),
    recordsOf(table, address, { ...page, of: 'settings' }),
  ])
  const newestFirst = [...ofRing, ...ofSettings].toSorted((a, b) => (placeInTime(a) < placeInTime(b) ? 1 : -1))
  return pageOf(newestFirst, page.limit, placeInTime)
}

const kinds = {
  ring: { prefix: auditPrefix, itemKeyOf: auditItemKey },
  settings: { prefix: settingsPrefix, itemKeyOf: settingsAuditItemKey },
}

/** One more than the page holds, where there are more. */
async function recordsOf(
  table: Table,
  address: EndpointAddress,
  { limit, after, of }: PageRequest & { readonly of: keyof typeof kinds },
): Promise<readonly AuditRecord[]> {
  const { prefix, itemKeyOf } = kinds[of]
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: valuesOf({ pk: auditPartition(address), prefix }),
    ScanIndexForward: false,
    ConsistentRead: true,
  }
  const start = after === null ? null : itemKeyOf(address, after)
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  return items.map(recordOf)
}

function recordOf(item: Item): AuditRecord {
  return decodeItem(schema, item)
}

const stored = v.object({
  id: v.string(),
  tenantId: v.string(),
  endpointId: v.string(),
  kind: v.picklist(['create', 'rotate', 'revoke', 'replay', 'update', 'delete']),
  step,
  keyId: v.string(),
  version: count,
  at: instant,
  actor,
  reason: orNull(v.string()),
  overlapSeconds: v.nullable(count),
  changed: v.exactOptional(changedSettings),
})

const schema = v.pipe(
  stored,
  v.transform(({ step: taken, ...record }) => ({ ...record, kind: taken ?? record.kind })),
)
