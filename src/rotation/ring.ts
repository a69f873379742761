import type { Contract, SecondRotation, Span } from '../contracts/contract'
import { secondRotationOf } from '../contracts/defaults'
import { allowedSpans, type ChosenOverlap, isWithin, mayBeEndless, overlapAfter } from '../contracts/overlap'
import { placeName } from '../contracts/place'
import { addSeconds, secondsUntil } from '../core/instant'
import { Problem } from '../core/problem'
import type { Secret } from '../core/secret'
import { type WaysOut, withWays } from './ways-out'

// The rule of a rotation: ring, new key and policy in, ring out. Pure: time and randomness are arguments.

/** One version of a signing secret. `sealed` is its KMS ciphertext in base64; `hint` and `mask` may be shown. */
export interface Key {
  readonly id: string
  readonly sealed: string
  /** The last 4 characters. */
  readonly hint: string
  /** As the contract masks it, or null. */
  readonly mask: string | null
  readonly createdAt: Date
  /** `null`: no end. At this instant the key is expired. */
  readonly expiresAt: Date | null
  /** How the key was published, for a roll-back. Absent: it signed the moment it was made. */
  readonly publication?: Publication
  /** It was published and given up: it never was the one that signs, and no roll-back returns to it. */
  readonly abandoned?: true
}

/** What a published key was published with. */
export interface Publication {
  /** How long receivers may hold what they read. */
  readonly leadSeconds: number
  /** How long the key before keeps working once this one signs. */
  readonly overlapSeconds: number
  /** When it was promoted. Absent: it was not yet. */
  readonly promotedAt?: Date
}

/** The signing keys of one endpoint. */
export interface KeyRing {
  /** Counts the keys that were made, from 1; what users see. */
  readonly version: number
  /** The endpoint's revision at which the ring last changed. */
  readonly revision: number
  /** The one that signs, then the retiring ones, newest first. */
  readonly keys: readonly [Key, ...Key[]]
  /** When a key was last made, where that is none of `keys`. */
  readonly rotatedAt?: Date
}

/** What the caller of a rotation chose. */
export interface RotateChoice {
  /** Null: not given. */
  readonly overlapSeconds: Span | null
  readonly ownSecret: Secret | null
  readonly reason: string | null
  readonly forced: boolean
  /** Absent: the new key signs at once. */
  readonly publish?: PublishChoice | undefined
  /** What the caller could do where the rotation is refused. Absent: nothing is known of it. */
  readonly waysOut?: WaysOut
}

/** How a new key waits: until receivers have it, or until somebody promotes it. */
export interface PublishChoice {
  readonly signing: 'published' | 'manual'
  /** Null: not given. */
  readonly leadSeconds: number | null
}

/** The contract's rules for one rotation, with what the caller chose. */
export interface RotationPolicy {
  /** How long the current key keeps working; 0 ends it, and every older key, at once. */
  readonly overlapSeconds: Span
  readonly secondRotation: SecondRotation
  /** The caller forces a rotation that `reject` would refuse. */
  readonly forced: boolean
  readonly cooldownSeconds: number
  /** Present: the key that was made with the endpoint needs no cooldown. */
  readonly cooldownFrom?: 'rotation' | undefined
  /** As `RotateChoice` has it. */
  readonly waysOut?: WaysOut | undefined
}

/** Whether a key may still sign and verify. A malformed expiry counts as expired. */
export function isLive(key: Key, now: Date): boolean {
  return key.expiresAt === null || now.getTime() < key.expiresAt.getTime()
}

/** The keys before the current one that are still live, newest first. */
export function retiringKeys(ring: KeyRing, now: Date): readonly Key[] {
  return ring.keys.slice(1).filter(key => isLive(key, now))
}

/**
 * The key that signed before the current one, live or not. It is older than that: a newer one was given up, also where a
 * function from before has lost the mark of it.
 */
export function keyBefore({ keys: [current, ...others] }: KeyRing): Key | undefined {
  return others.find(key => key.abandoned !== true && key.createdAt <= current.createdAt)
}

/** The same while it is live. */
export function previousKey(ring: KeyRing, now: Date): Key | undefined {
  const previous = keyBefore(ring)
  return previous !== undefined && isLive(previous, now) ? previous : undefined
}

/** When the key that signed before ends; null: there is none that is still live, or it has no end. */
export function previousEnd(ring: KeyRing, now: Date): Date | null {
  return previousKey(ring, now)?.expiresAt ?? null
}

/** When the last key was made. */
function rotatedAt({ keys: [current], rotatedAt: made = current.createdAt }: KeyRing): Date {
  return made > current.createdAt ? made : current.createdAt
}

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
  const coolAt = addSeconds(rotatedAt(ring), policy.cooldownSeconds)
  const isFirst = policy.cooldownFrom === 'rotation' && ring.version === 1
  if (now < coolAt && !isFirst) {
    const seconds = secondsUntil(coolAt, now)
    throw new Problem('rotation-cooldown', `The secret can be rotated again in ${seconds} seconds.`, {
      retryAfterSeconds: seconds,
    })
  }
  if (policy.secondRotation.kind === 'reject' && !policy.forced) refuseSecondRotation(retiringKeys(ring, now), policy)
  if (policy.secondRotation.kind === 'keep') {
    refuseTooMany(keptKeys(ring, policy, now), policy.secondRotation.maximumLiveKeys, policy)
  }
}

/** The ring with the current key alone, and which live keys that ended. */
export function revokePrevious(ring: KeyRing, now: Date): { readonly ring: KeyRing; readonly revoked: readonly Key[] } {
  return { ring: { ...ring, keys: [ring.keys[0]] }, revoked: retiringKeys(ring, now) }
}

/** The keys before that a rotation at `now` leaves live, newest first. */
export function keptKeys(ring: KeyRing, policy: RotationPolicy, now: Date): readonly Key[] {
  const { overlapSeconds, secondRotation } = policy
  const retiring = secondRotation.kind === 'keep' ? retiringKeys(ring, now) : []
  if (overlapSeconds === 0) return endsCurrentAlone(secondRotation) ? retiring : []
  const expiresAt = overlapSeconds === 'endless' ? null : addSeconds(now, overlapSeconds)
  return [{ ...ring.keys[0], expiresAt }, ...retiring]
}

/** Whether a rotation without an overlap leaves the keys that are retiring already to their own end. */
function endsCurrentAlone(rule: SecondRotation): boolean {
  return rule.kind === 'keep' && rule.immediateEnds === 'current'
}

function refuseSecondRotation(retiring: readonly Key[], { waysOut = {} }: RotationPolicy): void {
  if (retiring.length === 0) return
  const ends = lastToEnd(retiring)
  const wrong = `The overlap before this one ${ends === null ? 'has no end' : 'is open'}`
  const wait = ends === null ? undefined : `wait until ${ends.toISOString()}, when it ends`
  throw new Problem('rotation-in-progress', withWays(wrong, [wait, waysOut.revoke, waysOut.force]))
}

function refuseTooMany(kept: readonly Key[], maximumLiveKeys: number, policy: RotationPolicy): void {
  const { waysOut = {}, secondRotation } = policy
  if (kept.length < maximumLiveKeys) return
  const ends = endsOf(kept.slice(1))
  const next = new Date(Math.min(...ends))
  const wait = ends.length === 0 ? undefined : `wait until ${next.toISOString()}, when the next one ends`
  const ended = endsCurrentAlone(secondRotation) ? 'the key that signs' : 'every key before'
  const atOnce = waysOut.atOnce && `${waysOut.atOnce}, which ends ${ended}`
  const wrong = `At most ${maximumLiveKeys} keys can be live at once`
  throw new Problem('too-many-live-keys', withWays(wrong, [wait, waysOut.revoke, atOnce]))
}

/** Null: one of them has no end. */
function lastToEnd(keys: readonly Key[]): Date | null {
  const ends = endsOf(keys)
  return ends.length < keys.length ? null : new Date(Math.max(...ends))
}

function endsOf(keys: readonly Key[]): readonly number[] {
  return keys.flatMap(key => key.expiresAt?.getTime() ?? [])
}

/**
 * The policy of one rotation of an endpoint of `contract`.
 * @throws {Problem} `invalid-request` when the contract does not leave that overlap to the caller
 */
export function rotationPolicyOf(contract: Contract, choice: RotateChoice): RotationPolicy {
  return {
    overlapSeconds: overlapSeconds(contract, choice.overlapSeconds),
    secondRotation: secondRotationOf(contract),
    forced: choice.forced,
    cooldownSeconds: contract.cooldownSeconds ?? 0,
    cooldownFrom: contract.cooldownFrom,
    waysOut: choice.waysOut,
  }
}

function overlapSeconds(contract: Contract, chosen: Span | null): Span {
  const { name, overlap } = contract
  const span = overlapAfter(contract, chosen)
  const isAllowed = (rule: ChosenOverlap): boolean =>
    span === 'endless' ? mayBeEndless(contract) : isWithin(rule, span)
  if (overlap.kind === 'chosen' && chosen !== null && !isAllowed(overlap))
    refuse(placeName(overlap.field), `must be ${allowedSpans(overlap)}`)
  if (overlap.kind !== 'chosen' && chosen !== null && chosen !== span)
    refuse('overlapSeconds', `must be ${span} at an endpoint of ${name}`)
  return span
}

function refuse(path: string, message: string): never {
  throw new Problem('invalid-request', `${path} ${message}.`, { errors: [{ path, message }] })
}
