import type { Actor, Change } from './endpoint'

export type AuditKind = 'create' | 'rotate' | 'revoke' | 'replay'

/** One change of a key ring, or one reveal, for good. Never a secret. */
export interface AuditRecord {
  readonly id: string
  readonly tenantId: string
  readonly endpointId: string
  readonly kind: AuditKind
  readonly keyId: string
  readonly version: number
  readonly at: Date
  readonly actor: Actor
  readonly reason: string | null
  readonly overlapSeconds: number
}

/** The audit record of a change, or null: changes of settings leave none. */
export function auditRecordOf(tenantId: string, endpointId: string, change: Change): AuditRecord | null {
  if (change.kind === 'update' || change.kind === 'delete') return null
  const { id, kind, keyId, version, at, actor, reason, overlapSeconds } = change
  return { id, tenantId, endpointId, kind, keyId, version, at, actor, reason, overlapSeconds }
}
