import { Secret } from '../../../src/core/secret'
import { parseStoredKeys, type StoredKey } from '../../../src/rotation-hook/document'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { madeAt } from '../../support/memory/memory-rotated-secret'
import type { HookBed } from './bed'

/** What a version holds for whoever reads it. */
export interface ReadDocument {
  readonly version: number
  /** Newest first; none in a placeholder. */
  readonly keys: readonly StoredKey[]
}

/** What a version says; null: it has no value. */
export function readDocument({ own, documents }: HookBed, versionId: string | null): ReadDocument | null {
  const text = own.versions.get(versionId ?? '')?.text ?? null
  if (versionId === null || text === null) return null
  const document = documents.get(text) ?? parseStoredKeys({ versionId, text: new Secret(text), createdAt: madeAt })
  documents.set(text, document)
  return document
}

/** The place of the rotation that made the secret; -1: none did. */
export function placeOf({ world, record }: HookBed, secret: string | undefined): number {
  return record.rings.findIndex(({ ring }) => world.ledger.secrets.get(ring.keys[0].id) === secret)
}

/** The bare secrets of a ring, by key id. */
export function secretOf({ world }: HookBed, keyId: string): string | undefined {
  return world.ledger.secrets.get(keyId)
}

/** How long the keys before were promised to live on, in milliseconds. */
export function overlapOf({ changes }: Endpoint): number {
  return changes[0].overlapSeconds * 1000
}
