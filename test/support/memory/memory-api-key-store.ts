import type { ApiKey, ApiKeyStore } from '../../../src/access/api-key'

/** The stored API keys, by their SHA-256. */
export interface ApiKeyTable {
  readonly apiKeys: Map<string, ApiKey>
}

export function apiKeyTable(): ApiKeyTable {
  return { apiKeys: new Map() }
}

/** A model of the API key store. It never answers from a cache. */
export function memoryApiKeyStore(table: ApiKeyTable): ApiKeyStore {
  return {
    find: async sha256 => table.apiKeys.get(sha256) ?? null,
    create: async apiKey => create(table, apiKey),
    list: async () => [...table.apiKeys.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    revoke: async (id, at) => revoke(table, id, at),
  }
}

function create(table: ApiKeyTable, apiKey: ApiKey): void {
  const holder = table.apiKeys.get(apiKey.sha256) ?? byId(table, apiKey.id)
  if (holder === undefined) table.apiKeys.set(apiKey.sha256, apiKey)
  else if (holder.sha256 !== apiKey.sha256 || holder.id !== apiKey.id) throw new RangeError('the public id is taken')
}

function revoke(table: ApiKeyTable, id: string, at: Date): 'revoked' | 'missing' {
  const apiKey = byId(table, id)
  if (apiKey === undefined) return 'missing'
  table.apiKeys.set(apiKey.sha256, { ...apiKey, revokedAt: apiKey.revokedAt ?? at })
  return 'revoked'
}

function byId(table: ApiKeyTable, id: string): ApiKey | undefined {
  return [...table.apiKeys.values()].find(apiKey => apiKey.id === id)
}
