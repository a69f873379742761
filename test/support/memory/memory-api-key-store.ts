import type { ApiKey, ApiKeyPage, ApiKeyRange, ApiKeyStore, Ending } from '../../../src/access/api-key'
import { recordsOfEnding, recordsOfMaking, type TenantRecord } from '../../../src/access/tenant-record'

/** The stored API keys, by their SHA-256, and what was recorded of them. */
export interface ApiKeyTable {
  readonly apiKeys: Map<string, ApiKey>
  readonly records: TenantRecord[]
}

export function apiKeyTable(): ApiKeyTable {
  return { apiKeys: new Map(), records: [] }
}

/** A model of the API key store. It never answers from a cache. */
export function memoryApiKeyStore(table: ApiKeyTable): ApiKeyStore {
  return {
    find: async sha256 => table.apiKeys.get(sha256) ?? null,
    create: async apiKey => create(table, apiKey),
    load: async id => byId(table, id) ?? null,
    list: async () => sorted(table),
    listOfTenants: async range => listOfTenants(table, range),
    revoke: async (id, ending) => revoke(table, id, ending),
    noteUse: async (sha256, hour) => noteUse(table, sha256, hour),
  }
}

function sorted(table: ApiKeyTable): readonly ApiKey[] {
  return [...table.apiKeys.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function create(table: ApiKeyTable, apiKey: ApiKey): void {
  const holder = table.apiKeys.get(apiKey.sha256) ?? byId(table, apiKey.id)
  if (holder !== undefined) {
    if (holder.sha256 !== apiKey.sha256 || holder.id !== apiKey.id) throw new RangeError('the public id is taken')
    return
  }
  table.apiKeys.set(apiKey.sha256, apiKey)
  table.records.push(...recordsOfMaking(apiKey))
}

function listOfTenants(table: ApiKeyTable, { limit, after, tenantId }: ApiKeyRange): ApiKeyPage {
  const found = sorted(table)
    .filter(({ allTenants }) => !allTenants)
    .filter(({ tenantIds }) => tenantId === null || tenantIds.includes(tenantId))
    .filter(({ id }) => after === null || id > after)
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}

function revoke(table: ApiKeyTable, id: string, { at, by }: Ending): ApiKey | null {
  const apiKey = byId(table, id)
  if (apiKey === undefined || apiKey.revokedAt !== null) return apiKey ?? null
  const revoked = { ...apiKey, revokedAt: at, revokedBy: by }
  table.apiKeys.set(apiKey.sha256, revoked)
  table.records.push(...recordsOfEnding(revoked))
  return revoked
}

function noteUse(table: ApiKeyTable, sha256: string, hour: Date): void {
  const apiKey = table.apiKeys.get(sha256)
  if (apiKey === undefined || (apiKey.lastUsedAt !== null && apiKey.lastUsedAt >= hour)) return
  table.apiKeys.set(sha256, { ...apiKey, lastUsedAt: hour })
}

function byId(table: ApiKeyTable, id: string): ApiKey | undefined {
  return [...table.apiKeys.values()].find(apiKey => apiKey.id === id)
}
