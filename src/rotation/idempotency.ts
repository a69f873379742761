import { createHash } from 'node:crypto'
import { addSeconds } from '../core/instant'
import { Problem } from '../core/problem'
import { rememberSeconds } from './change'
import type { Actor, Change, Endpoint, IdempotencyRecord } from './endpoint'

export type IdempotentOperation = 'create' | 'rotate' | 'revoke-previous' | 'promote' | 'abandon' | 'roll-back'

/**
 * What is remembered of an `Idempotency-Key`. The hash scopes it to the principal and the operation; it is looked for
 * among the changes of one endpoint alone.
 */
export function idempotencyRecord(
  actor: Actor,
  operation: IdempotentOperation,
  request: { readonly key: string; readonly body: unknown },
): IdempotencyRecord {
  return {
    hash: sha256([actor.kind, actor.id, operation, request.key]),
    fingerprint: sha256(canonical(request.body)),
  }
}

/**
 * The change that the same key made in the last 24 hours, or null.
 * @throws {Problem} `idempotency-key-reused` when it came with another body
 */
export function earlierChange(endpoint: Endpoint, record: IdempotencyRecord | null, now: Date): Change | null {
  const found = endpoint.changes.find(
    change =>
      record !== null && change.idempotency?.hash === record.hash && now < addSeconds(change.at, rememberSeconds),
  )
  if (!found) return null
  if (found.idempotency?.fingerprint === record?.fingerprint) return found
  throw new Problem('idempotency-key-reused', 'This Idempotency-Key was used with another body: use another key.')
}

/** The value with every object's members in order, so that equal bodies have equal text. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value ?? null
  const members = Object.entries(value).map(([name, member]) => [name, canonical(member)] as const)
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
