import type { RotationsItem, SecretStateReply } from '../client'
import type { Contract } from '../contracts/contract'

// An endpoint's keys as `GET …/secret` tells them, and what follows from them alone.

export type Ring = Pick<SecretStateReply, 'revision' | 'signingKeyId' | 'keys' | 'mirror'>
export type RingKey = SecretStateReply['keys'][number]
export type KeyState = RingKey['state']
export type Adoption = NonNullable<RingKey['proof']>['adoption']
export type RotationRecord = Pick<RotationsItem, 'id' | 'keyId' | 'at' | 'kind' | 'overlapSeconds' | 'actor' | 'reason'>

export function signingKey({ keys, signingKeyId }: Pick<Ring, 'keys' | 'signingKeyId'>): RingKey | null {
  return keys.find(({ id }) => id === signingKeyId) ?? null
}

export function publishedKey({ keys }: Pick<Ring, 'keys'>): RingKey | null {
  return keys.find(({ state }) => state === 'published') ?? null
}

export function retiringKeys({ keys }: Pick<Ring, 'keys'>): readonly RingKey[] {
  return keys.filter(({ state }) => state === 'retiring')
}

/** The key that signed before, while it lives. One that is newer than the key that signs was given up unused. */
export function keyBefore(ring: Pick<Ring, 'keys' | 'signingKeyId'>): RingKey | null {
  const current = signingKey(ring)
  if (current === null) return null
  const older = retiringKeys(ring).filter(({ createdAt }) => Date.parse(createdAt) <= Date.parse(current.createdAt))
  return older.toSorted((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt))[0] ?? null
}

/** Whether a delivery carries the signatures of all live keys; else it carries that of the one that signs. */
export function hasSeveralSignatures({ signing }: Pick<Contract, 'signing'>): boolean {
  return signing.signature.form !== 'single' || signing.previous !== undefined
}
