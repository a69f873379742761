import type { ApiKey, ApiKeyStore } from '../access/api-key'

const heading = ['ID', 'STATE', 'CONTRACT', 'TENANTS', 'PERMISSIONS', 'PLAN', 'CREATED', 'EXPIRES', 'NAME']

/** The lines of a table of all keys, oldest first. */
export async function listKeysCommand(store: Pick<ApiKeyStore, 'list'>, now: Date): Promise<readonly string[]> {
  const keys = [...(await store.list())].sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
  const rows = [heading, ...keys.map(key => rowOf(key, now))]
  const widths = heading.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function rowOf(key: ApiKey, now: Date): string[] {
  return [
    key.id,
    stateOf(key, now),
    key.contract,
    key.tenantIds.join(','),
    key.permissions.join(',') || '-',
    key.plan ?? '-',
    key.createdAt.toISOString(),
    key.expiresAt?.toISOString() ?? 'never',
    key.name,
  ]
}

function stateOf({ revokedAt, expiresAt }: ApiKey, now: Date): string {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active'
}
