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
  return recordsOf(apiKey, makingOf(apiKey))
}

/** One record for each tenant that the revoked API key names. */
export function recordsOfEnding(apiKey: ApiKey): readonly TenantRecord[] {
  return recordsOf(apiKey, endingOf(apiKey))
}

/** What happened to an API key, by whom and when. */
export type Happening = Pick<TenantRecord, 'id' | 'kind' | 'at' | 'actor'>

/** Null: nobody wrote down who made it. */
export function makingOf({ id, createdAt: at, createdBy: actor }: ApiKey): Happening | null {
  return actor === null ? null : { id: `${id}-created`, kind: 'create-api-key', at, actor }
}

/** Null: it has not ended, or nobody wrote down who ended it. */
export function endingOf({ id, revokedAt: at, revokedBy: actor }: ApiKey): Happening | null {
  return at === null || actor === null ? null : { id: `${id}-revoked`, kind: 'revoke-api-key', at, actor }
}

function recordsOf(
  { tenantIds, id, name, contract, permissions, expiresAt }: ApiKey,
  what: Happening | null,
): readonly TenantRecord[] {
  if (what === null) return []
  const about = { apiKeyId: id, apiKeyName: name, contract, permissions, expiresAt }
  return tenantIds.map(tenantId => ({ ...what, tenantId, ...about }))
}
