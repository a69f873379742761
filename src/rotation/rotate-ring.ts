import { addSeconds, secondsUntil } from './instant'
import { retiringKeys, type Key, type KeyRing } from './key-ring'
import type { RotationPolicy } from './rotation-policy'
import { Problem } from './problem'

/**
 * The ring after `next` takes over at `next.createdAt`. The key before keeps working for `policy.overlapSeconds`;
 * 0 ends every older key. Keys that are expired by then are dropped. The caller sets the ring's revision.
 * @throws {Problem} as `assertMayRotate`
 */
export function rotateRing(ring: KeyRing, next: Key, policy: RotationPolicy): KeyRing {
  const now = next.createdAt
  assertMayRotate(ring, policy, now)
  return { ...ring, version: ring.version + 1, keys: [next, ...keptKeys(ring, policy, now)] }
}

/**
 * Refuses a rotation that the policy does not allow at `now`.
 * @throws {Problem} `rotation-cooldown`, `rotation-in-progress`, `too-many-live-keys`
 */
export function assertMayRotate(ring: KeyRing, policy: RotationPolicy, now: Date): void {
  const coolAt = addSeconds(ring.keys[0].createdAt, policy.cooldownSeconds)
  if (now < coolAt) {
    const seconds = secondsUntil(coolAt, now)
    throw new Problem('rotation-cooldown', `The secret can be rotated again in ${seconds} seconds.`, {
      retryAfterSeconds: seconds,
    })
  }
  if (policy.secondRotation.kind === 'reject' && !policy.forced) refuseSecondRotation(retiringKeys(ring, now))
  if (policy.secondRotation.kind === 'keep') {
    refuseTooMany(keptKeys(ring, policy, now), policy.secondRotation.maximumLiveKeys)
  }
}

/** The ring with the current key alone, and which live keys that ended. */
export function revokePrevious(ring: KeyRing, now: Date): { readonly ring: KeyRing; readonly revoked: readonly Key[] } {
  return { ring: { ...ring, keys: [ring.keys[0]] }, revoked: retiringKeys(ring, now) }
}

/** The keys before that a rotation at `now` leaves live, newest first. */
export function keptKeys(ring: KeyRing, policy: RotationPolicy, now: Date): readonly Key[] {
  if (policy.overlapSeconds === 0) return []
  const before = { ...ring.keys[0], expiresAt: addSeconds(now, policy.overlapSeconds) }
  return policy.secondRotation.kind === 'keep' ? [before, ...retiringKeys(ring, now)] : [before]
}

function refuseSecondRotation(retiring: readonly Key[]): void {
  const ends = lastToEnd(retiring)
  if (ends) throw new Problem('rotation-in-progress', `The overlap before this one ends at ${ends.toISOString()}.`)
}

function refuseTooMany(kept: readonly Key[], maximumLiveKeys: number): void {
  if (kept.length < maximumLiveKeys) return
  const ends = endsOf(kept.slice(1))
  const next = ends.length === 0 ? '' : ` The next one ends at ${new Date(Math.min(...ends)).toISOString()}.`
  throw new Problem('too-many-live-keys', `At most ${maximumLiveKeys} keys can be live at once.${next}`)
}

function lastToEnd(keys: readonly Key[]): Date | null {
  const ends = endsOf(keys)
  return ends.length === 0 ? null : new Date(Math.max(...ends))
}

function endsOf(keys: readonly Key[]): readonly number[] {
  return keys.flatMap(key => key.expiresAt?.getTime() ?? [])
}
