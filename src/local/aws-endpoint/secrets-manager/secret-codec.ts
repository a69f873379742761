import type { SecretState, SecretVersion } from './secret-state'

type Stored<Type> = { readonly [Key in keyof Type]: StoredMember<Type[Key]> }
type StoredMember<Type> = Type extends Date ? string : Type extends readonly SecretVersion[] ? StoredVersion[] : Type
type StoredVersion = Stored<SecretVersion>

/** What JSON makes of a state: the times are ISO 8601 text. */
export type StoredSecret = Stored<SecretState>

/** Reads back what JSON kept of a state; what was kept before there were rotations has none. */
export function decodeSecret(stored: StoredSecret): SecretState {
  return {
    ...stored,
    createdAt: new Date(stored.createdAt),
    changedAt: new Date(stored.changedAt),
    rotation: stored.rotation ?? null,
    lastRotatedAt: stored.lastRotatedAt ? new Date(stored.lastRotatedAt) : null,
    deletesAt: stored.deletesAt === null ? null : new Date(stored.deletesAt),
    versions: stored.versions.map(version => ({ ...version, createdAt: new Date(version.createdAt) })),
  }
}
