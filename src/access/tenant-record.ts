import type { ApiKey, Maker } from './api-key'
import type { PortalEnding, PortalSession } from './portal-session'

/** What happened to the access of a tenant. Never a secret. */
export type TenantRecord = ApiKeyRecord | PortalRecord

/** An API key that names the tenant was made or ended. */
export interface ApiKeyRecord {
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
export function recordsOfMaking(apiKey: ApiKey): readonly ApiKeyRecord[] {
  return recordsOf(apiKey, makingOf(apiKey))
}

/** One record for each tenant that the revoked API key names. */
export function recordsOfEnding(apiKey: ApiKey): readonly ApiKeyRecord[] {
  return recordsOf(apiKey, endingOf(apiKey))
}

/** What happened to an API key, by whom and when. */
export type Happening = Pick<ApiKeyRecord, 'id' | 'kind' | 'at' | 'actor'>

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
): readonly ApiKeyRecord[] {
  if (what === null) return []
  const about = { apiKeyId: id, apiKeyName: name, contract, permissions, expiresAt }
  return tenantIds.map(tenantId => ({ ...what, tenantId, ...about }))
}

/** A portal session of the tenant was made or ended, or all of a subject, or all of the tenant. */
export interface PortalRecord {
  /** The same at each repeat. */
  readonly id: string
  readonly tenantId: string
  readonly kind: 'create-portal-session' | 'end-portal-session' | 'end-portal-sessions'
  readonly at: Date
  readonly actor: PortalEnding['by']
  /** Null: all that there were. */
  readonly sessionId: string | null
  /** Null: everybody. */
  readonly subject: string | null
  readonly scopes: readonly string[]
  readonly endpointIds: readonly string[] | null
  readonly expiresAt: Date | null
}

export function recordOfSession(session: PortalSession): PortalRecord {
  const { id, createdAt: at, via } = session
  const actor = { kind: 'api-key', id: via.id } as const
  return { ...told(session), id: `${id}-created`, kind: 'create-portal-session', at, actor }
}

export function recordOfSessionEnd(session: PortalSession, { at, by: actor }: PortalEnding): PortalRecord {
  return { ...told(session), id: `${session.id}-ended`, kind: 'end-portal-session', at, actor }
}

export function recordOfAllEnded(tenantId: string, subject: string | null, ending: PortalEnding): PortalRecord {
  const { id, at, by: actor } = ending
  const all = { sessionId: null, scopes: [], endpointIds: null, expiresAt: null }
  return { id, tenantId, kind: 'end-portal-sessions', at, actor, subject, ...all }
}

function told({ id: sessionId, tenantId, subject, scopes, endpointIds, expiresAt }: PortalSession) {
  return { tenantId, sessionId, subject, scopes, endpointIds, expiresAt }
}
