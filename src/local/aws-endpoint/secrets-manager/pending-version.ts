import { attachLabel, detachLabel, holderOf } from './labels'
import type { SecretState, SecretVersion } from './secret-state'

/** The version of a rotation that is not complete: it has AWSPENDING and not AWSCURRENT. Null where there is none. */
export function pendingRotation(versions: readonly SecretVersion[]): string | null {
  const pending = holderOf(versions, 'AWSPENDING')
  return pending === undefined || pending.labels.includes('AWSCURRENT') ? null : pending.id
}

/** The secret with AWSPENDING on the version, which is made without a value where there is none. */
export function withPendingVersion(secret: SecretState, id: string, now: Date): SecretState {
  const empty: SecretVersion = { id, createdAt: now, labels: [], digest: null, kmsKeyId: secret.kmsKeyId }
  const known = secret.versions.some(version => version.id === id)
  const versions = known ? secret.versions : [...secret.versions, empty]
  return { ...secret, versions: attachLabel(versions, 'AWSPENDING', id), changedAt: now }
}

/** The secret without what a test of the rotation made: the version if it has no value, and its AWSPENDING. */
export function withoutTestVersion(secret: SecretState, id: string): SecretState {
  const isTest = ({ id: other, digest }: SecretVersion): boolean => other === id && digest === null
  if (holderOf(secret.versions, 'AWSPENDING')?.id !== id) return secret
  return { ...secret, versions: detachLabel(secret.versions, 'AWSPENDING').filter(version => !isTest(version)) }
}
