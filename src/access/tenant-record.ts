import type { ApiKey, Maker } from './api-key'

/** What happened to the access of a tenant. Never a secret. */
export interface TenantRecord {
  /** The same at each repeat. */
  readonly id: string
  readonly tenantId: string
  readonly kind: 'create-api-key' | 'revoke-api-key'
  readonly at: Date
  readonly actor: Maker
  readonly apiKeyId: string
  readonly apiKeyName: string
  readonly contract: string
  readonly permissions: readonly string[]
  readonly expiresAt: Date | null
}

/** One record for each tenant that the new API key names. */
export function recordsOfMaking(apiKey: ApiKey): readonly TenantRecord[] {
  const { createdAt: at, createdBy: actor } = apiKey
  return actor === null ? [] : recordsOf(apiKey, { id: `${apiKey.id}-created`, kind: 'create-api-key', at, actor })
}

/** One record for each tenant that the revoked API key names. */
export function recordsOfEnding(apiKey: ApiKey): readonly TenantRecord[] {
  const { revokedAt: at, revokedBy: actor } = apiKey
  if (at === null || actor === null) return []
  return recordsOf(apiKey, { id: `${apiKey.id}-revoked`, kind: 'revoke-api-key', at, actor })
}

function recordsOf(
  { tenantIds, id, name, contract, permissions, expiresAt }: ApiKey,
  what: Pick<TenantRecord, 'id' | 'kind' | 'at' | 'actor'>,
): readonly TenantRecord[] {
  const about = { apiKeyId: id, apiKeyName: name, contract, permissions, expiresAt }
  return tenantIds.map(tenantId => ({ ...what, tenantId, ...about }))
}
