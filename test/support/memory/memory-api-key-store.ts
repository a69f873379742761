import type { ApiKey, ApiKeyStore } from '../../../src/access/api-key'

/** The stored keys, by their SHA-256. */
export interface ApiKeyTable {
  readonly keys: Map<string, ApiKey>
}

export function apiKeyTable(): ApiKeyTable {
  return { keys: new Map() }
}

/** A model of the API key store. It never answers from a cache. */
export function memoryApiKeyStore(table: ApiKeyTable): ApiKeyStore {
  return {
    find: async sha256 => table.keys.get(sha256) ?? null,
    create: async key => create(table, key),
    list: async () => [...table.keys.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    revoke: async (id, at) => revoke(table, id, at),
  }
}

function create(table: ApiKeyTable, key: ApiKey): void {
  const holder = table.keys.get(key.sha256) ?? byId(table, key.id)
  if (holder === undefined) table.keys.set(key.sha256, key)
  else if (holder.sha256 !== key.sha256 || holder.id !== key.id) throw new RangeError('the public id is taken')
}

function revoke(table: ApiKeyTable, id: string, at: Date): 'revoked' | 'missing' {
  const key = byId(table, id)
  if (key === undefined) return 'missing'
  table.keys.set(key.sha256, { ...key, revokedAt: key.revokedAt ?? at })
  return 'revoked'
}

function byId(table: ApiKeyTable, id: string): ApiKey | undefined {
  return [...table.keys.values()].find(key => key.id === id)
}
