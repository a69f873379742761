/** One version of a signing secret. `sealed` is its KMS ciphertext in base64; `hint` and `mask` may be shown. */
export interface Key {
  readonly id: string
  readonly sealed: string
  /** The last 4 characters. */
  readonly hint: string
  /** As the contract masks it, or null. */
  readonly mask: string | null
  readonly createdAt: Date
  /** `null`: the current key. At this instant the key is expired. */
  readonly expiresAt: Date | null
}

/** The signing keys of one endpoint. */
export interface KeyRing {
  /** Counts rotations from 1; what users see. */
  readonly version: number
  /** The endpoint's revision at which the ring last changed. */
  readonly revision: number
  /** Newest first; the first is current. */
  readonly keys: readonly [Key, ...Key[]]
}

/** Whether a key may still sign and verify. A malformed expiry counts as expired. */
export function isLive(key: Key, now: Date): boolean {
  return key.expiresAt === null || now.getTime() < key.expiresAt.getTime()
}

/** The keys before the current one that are still live, newest first. */
export function retiringKeys(ring: KeyRing, now: Date): readonly Key[] {
  return ring.keys.slice(1).filter(key => isLive(key, now))
}

/** When the key before the current one ends; null: there is none that is still live. */
export function previousEnd({ keys: [, previous] }: KeyRing, now: Date): Date | null {
  return previous !== undefined && isLive(previous, now) ? previous.expiresAt : null
}
