import { type AuditRecord, isOfSettings } from '../../../src/rotation/change'
import type { AuditLog, EndpointAddress, Page, PageRequest } from '../../../src/rotation/ports'

/** The stored records, by endpoint, time and id. */
export interface AuditTable {
  readonly records: Map<string, AuditRecord>
}

export function auditTable(): AuditTable {
  return { records: new Map() }
}

/** A model of the audit log: each call takes effect at once, before it returns its promise. */
export function memoryAuditLog(table: AuditTable): AuditLog {
  return {
    record: async (record, signal) => {
      signal.throwIfAborted()
      table.records.set(`${record.tenantId}#${record.endpointId}#${place(record)}`, record)
    },
    list: async (address, page) => list(table, address, { ...page, isListed: record => !isOfSettings(record) }),
    listAll: async (address, page) => list(table, address, { ...page, isListed: () => true }),
    listOfTenant: async (tenantId, { since, ...page }) =>
      pageOf(
        [...table.records.values()]
          .filter(record => record.tenantId === tenantId)
          .filter(({ at }) => since === null || at >= since),
        page,
      ),
  }
}

interface Listing extends PageRequest {
  readonly isListed: (record: AuditRecord) => boolean
}

function list(table: AuditTable, address: EndpointAddress, { limit, after, isListed }: Listing): Page<AuditRecord> {
  const records = [...table.records.values()]
    .filter(isListed)
    .filter(record => record.tenantId === address.tenantId && record.endpointId === address.endpointId)
  return pageOf(records, { limit, after })
}

function pageOf(all: readonly AuditRecord[], { limit, after }: PageRequest): Page<AuditRecord> {
  const records = all
    .map(record => ({ record, place: place(record) }))
    .filter(entry => after === null || entry.place < after)
    .sort((a, b) => (a.place < b.place ? 1 : -1))
  const page = records.slice(0, limit)
  return { items: page.map(entry => entry.record), next: records.length > limit ? (page.at(-1)?.place ?? null) : null }
}

function place({ at, id }: AuditRecord): string {
  return `${at.toISOString()}#${id}`
}
