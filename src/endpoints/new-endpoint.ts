import type { SealedKey } from '../rotation/new-key'
import { addSeconds } from '../rotation/instant'
import { lookAgainSeconds, nextRevision, rememberedChanges, settleGraceSeconds, type ChangeDraft } from './commit'
import type { Endpoint, EndpointSettings } from './endpoint'

/** What a new endpoint starts from. */
export interface Birth {
  readonly tenantId: string
  readonly id: string
  readonly contract: string
  readonly incarnation: string
  readonly settings: EndpointSettings
  readonly key: SealedKey
  readonly draft: ChangeDraft
}

/**
 * The endpoint as it is created at `at`. In a tombstone's place it goes on where that one stopped: it is ahead of its
 * revision, settles what the tombstone left, shares its budget, and expects a late deletion of the mirror.
 */
export function newEndpoint(birth: Birth, at: Date, tombstone: Endpoint | null): Endpoint {
  const { tenantId, id, contract, incarnation, settings, key, draft } = birth
  const revision = nextRevision(tombstone?.revision ?? 0, at)
  const inherited = tombstone ? rememberedChanges(tombstone, at).map(change => ({ ...change, idempotency: null })) : []
  const created = { ...draft, revision, version: 1, keyId: key.id, at, revokedKeyIds: [] }
  return {
    tenantId,
    id,
    contract,
    incarnation,
    revision,
    settings,
    ring: { version: 1, revision, keys: [{ ...key, createdAt: at, expiresAt: null }] },
    changes: [created, ...inherited],
    settling: { revision: tombstone?.settling.revision ?? 0, mirrorVersionId: null, failures: 0, error: null },
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    lookAgainAt: tombstone?.lookAgainAt ? addSeconds(at, lookAgainSeconds) : null,
    dueAt: addSeconds(at, settleGraceSeconds),
  }
}
