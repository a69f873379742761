import type { Contract, Span } from '../contracts/contract'
import { overlapAfter } from '../contracts/overlap'
import { addSeconds, secondsUntil } from '../core/instant'
import { Problem } from '../core/problem'
import {
  assertMayRotate,
  isLive,
  type Key,
  type KeyRing,
  keptKeys,
  previousKey,
  type Publication,
  type PublishChoice,
  retiringKeys,
  type RotateChoice,
  rotateRing,
  type RotationPolicy,
  rotationPolicyOf,
} from './ring'
import { type WaysOut, withWays } from './ways-out'

// The rules of a key that receivers have before it signs: published, promoted, abandoned, rolled back. Pure, as ring.ts.

/** The key that waits beside the ring: receivers have it and it verifies, but another key signs. */
export interface Published {
  readonly key: Key
  /** `published`: the sweep promotes it once receivers have had it for `leadSeconds`. `manual`: it waits for somebody. */
  readonly signing: 'published' | 'manual'
  readonly leadSeconds: number
  readonly overlapSeconds: number
  /** The contract's second rotation replaces: the promotion ends what is retiring by then, within minutes. */
  readonly endsRetiring?: true
  /** When the mirror was switched off while the key waited: receivers may hold what they read until then. */
  readonly unmirroredAt?: Date
}

/** All keys of one endpoint. */
export interface Keys {
  readonly ring: KeyRing
  readonly published: Published | null
}

export const defaultLeadSeconds = 600
/** What the overlap of a published key may be, from its promotion; the first is no shorter than the default lead. */
export const publishedOverlapSeconds = { minimum: 600, default: 900, maximum: 7 * 24 * 60 * 60 } as const

/** Whether a delivery carries the signature of the one key that signs, and so of none that receivers may have instead. */
export function hasOneSignature({ signing }: Pick<Contract, 'signing'>): boolean {
  return signing.signature.form === 'single' && signing.previous === undefined
}

/** All live keys, in the order in which they sign and are mirrored: the one that signs, the published one, the retiring ones. */
export function liveKeys({ ring, published }: Keys, now: Date): readonly Key[] {
  return allKeys({ ring, published }).filter(key => isLive(key, now))
}

/** All keys that are stored, in the order of `liveKeys`. */
export function allKeys({ ring, published }: Keys): readonly [Key, ...Key[]] {
  const [current, ...retiring] = ring.keys
  return published === null ? ring.keys : [current, published.key, ...retiring]
}

/** The rules of a rotation that publishes its key. */
export interface PublishPolicy extends RotationPolicy {
  readonly overlapSeconds: number
  readonly leadSeconds: number
  readonly signing: Published['signing']
}

/**
 * The policy of a rotation that publishes. Its overlap is ours and not the contract's: it counts from the promotion, so
 * that a delivery which was signed just before is still accepted.
 * @throws {Problem} `invalid-request` for an overlap that is too short or too long
 */
export function publishPolicyOf(contract: Contract, choice: RotateChoice, publish: PublishChoice): PublishPolicy {
  const rules = rotationPolicyOf(contract, { ...choice, overlapSeconds: null })
  const overlapSeconds = publishedOverlap(contract, choice.overlapSeconds)
  return { ...rules, overlapSeconds, leadSeconds: publish.leadSeconds ?? defaultLeadSeconds, signing: publish.signing }
}

function publishedOverlap(contract: Contract, chosen: Span | null): number {
  const { minimum, maximum } = publishedOverlapSeconds
  if (chosen === null) return defaultOverlapSeconds(contract)
  if (chosen !== 'endless' && chosen >= minimum && chosen <= maximum) return chosen
  const message = `must be ${minimum} to ${maximum} where the key is published first`
  const errors = [{ path: 'overlapSeconds', message }]
  throw new Problem('invalid-request', `overlapSeconds ${message}.`, { errors })
}

/** How long a key works on that is no longer wanted: as long as the contract's overlap is, and 900 seconds at the least. */
export function defaultOverlapSeconds(contract: Contract): number {
  const own = overlapAfter(contract, null)
  const { default: least, maximum } = publishedOverlapSeconds
  return own === 'endless' ? maximum : Math.min(maximum, Math.max(own, least))
}

/**
 * The keys once `next` is published at `next.createdAt`. It ends no key; what has expired by then is dropped.
 * @throws {Problem} `rotation-in-progress` while another one is published, and as `assertMayRotate`
 */
export function publishKey({ ring, published }: Keys, next: Key, policy: PublishPolicy): Keys {
  refuseWhilePublished(published, policy.waysOut)
  const now = next.createdAt
  assertMayRotate(ring, policy, now)
  const { signing, leadSeconds, overlapSeconds, secondRotation } = policy
  const publication = { key: next, signing, leadSeconds, overlapSeconds }
  return {
    ring: { ...ring, version: ring.version + 1, keys: [ring.keys[0], ...retiringKeys(ring, now)], rotatedAt: now },
    published: { ...publication, ...(secondRotation.kind === 'replace' && { endsRetiring: true }) },
  }
}

/** @throws {Problem} `rotation-in-progress` */
export function refuseWhilePublished(published: Published | null, waysOut: WaysOut = ownWays): void {
  if (published === null) return
  const { promote, abandon, atOnce } = waysOut
  const emergency = atOnce && `${atOnce}, which ends it`
  throw new Problem('rotation-in-progress', withWays('A published key waits to sign', [promote, abandon, emergency]))
}

/** Whoever rolls back can promote and abandon. */
const ownWays: WaysOut = { promote: 'promote it', abandon: 'abandon it' }

/**
 * The keys once `next` signs at once, as `rotateRing`. A key that is published then retires with the same overlap, but
 * where there is no room for it: what a vendor's route does must not fail for it.
 * @throws {Problem} as `assertMayRotate`
 */
export function rotateKeys({ ring, published }: Keys, next: Key, policy: RotationPolicy): Keys {
  const rotated = rotateRing(ring, next, policy)
  const [current, ...kept] = rotated.keys
  const retired = retiredKeys({ ring, published }, policy, next.createdAt)
  const [before, ...older] = kept
  const keys: KeyRing['keys'] = before === undefined ? [current] : [current, before, ...retired, ...older]
  return { ring: { ...rotated, keys }, published: null }
}

/** The keys that a rotation at `now` leaves live beside the new one. */
export function keptAfter(keys: Keys, policy: RotationPolicy, now: Date): readonly Key[] {
  return [...keptKeys(keys.ring, policy, now), ...retiredKeys(keys, policy, now)]
}

/** The published key as it retires unused when another one signs at `now`; none where it ends. */
function retiredKeys({ ring, published }: Keys, policy: RotationPolicy, now: Date): readonly Key[] {
  const { overlapSeconds, secondRotation } = policy
  if (published === null || overlapSeconds === 0) return []
  const kept = keptKeys(ring, policy, now).length
  if (secondRotation.kind === 'keep' && kept + 1 >= secondRotation.maximumLiveKeys) return []
  const expiresAt = overlapSeconds === 'endless' ? null : addSeconds(now, overlapSeconds)
  return [{ ...published.key, expiresAt, abandoned: true }]
}

/**
 * The published key, if it is that one.
 * @throws {Problem} `nothing-published`, `key-changed`
 */
export function publishedAs({ published }: Keys, keyId: string): Published {
  if (published === null)
    throw new Problem('nothing-published', 'No key is published: publish one by a rotation first.')
  if (published.key.id === keyId) return published
  throw new Problem('key-changed', `Another key is published by now: ${published.key.id}.`)
}

/** A delivery is this long on its way at the most: signed with keys that were read 60 seconds ago, and sent for 30. */
const onItsWaySeconds = 120

/**
 * The keys once the published one signs at `now`. The one before keeps working for the publication's overlap; what a
 * contract's `replace` ends, it ends once no delivery can be on its way that it signed.
 * @throws {Problem} `nothing-published`, `key-changed`
 */
export function promoteKey(keys: Keys, keyId: string, now: Date): Keys {
  const { key, leadSeconds, overlapSeconds, endsRetiring } = publishedAs(keys, keyId)
  const { ring } = keys
  const before = { ...ring.keys[0], expiresAt: addSeconds(now, overlapSeconds) }
  const retiring = retiringKeys(ring, now)
  const older =
    endsRetiring === true ? retiring.map(other => endedBy(other, addSeconds(now, onItsWaySeconds))) : retiring
  const promoted: Key = { ...key, publication: { leadSeconds, overlapSeconds, promotedAt: now } }
  return { ring: { ...ring, keys: [promoted, before, ...older] }, published: null }
}

/** The key with no later end than `end`. */
function endedBy(key: Key, end: Date): Key {
  return key.expiresAt !== null && key.expiresAt < end ? key : { ...key, expiresAt: end }
}

/**
 * The keys once the published one is given up at `now`: it works on for so many seconds, unused where a header has room for
 * one signature, and 0 ends it.
 * @throws {Problem} `nothing-published`, `key-changed`
 */
export function abandonKey(
  keys: Keys,
  keyId: string,
  { overlapSeconds, now }: { overlapSeconds: number; now: Date },
): Keys {
  const { key } = publishedAs(keys, keyId)
  const [current, ...others] = keys.ring.keys
  const retiring = others.filter(other => isLive(other, now))
  const abandoned: readonly Key[] =
    overlapSeconds === 0 ? [] : [{ ...key, expiresAt: addSeconds(now, overlapSeconds), abandoned: true }]
  return { ring: { ...keys.ring, keys: [current, ...abandoned, ...retiring] }, published: null }
}

export interface RollBackRules {
  /** For a key that was not published first. */
  readonly overlapSeconds: number
  /** As `Published` has it. */
  readonly endsRetiring: boolean
  readonly forced: boolean
  readonly now: Date
}

/**
 * The inverse of a promotion: the key that signed before signs again, without an end, and the newer one is published
 * again and waits for somebody.
 * @throws {Problem} `rotation-in-progress`, `nothing-to-roll-back`, `too-late`
 */
export function rollBackKeys(
  { ring, published }: Keys,
  { overlapSeconds, endsRetiring, forced, now }: RollBackRules,
): Keys {
  refuseWhilePublished(published)
  const before = previousKey(ring, now)
  if (before === undefined) {
    throw new Problem('nothing-to-roll-back', 'No key that signed before is live: rotate to a new one.')
  }
  const [{ publication, ...newer }] = ring.keys
  const given: Publication = publication ?? { leadSeconds: defaultLeadSeconds, overlapSeconds }
  if (!forced) refuseTooLate(before, given.leadSeconds, now)
  const others = retiringKeys(ring, now).filter(key => key !== before)
  const { leadSeconds } = given
  const again = { key: newer, signing: 'manual', leadSeconds, overlapSeconds: given.overlapSeconds } as const
  return {
    ring: { ...ring, keys: [{ ...before, expiresAt: null }, ...others], rotatedAt: lastMade(ring, newer.createdAt) },
    published: endsRetiring ? { ...again, endsRetiring } : again,
  }
}

function lastMade({ rotatedAt }: KeyRing, createdAt: Date): Date {
  return rotatedAt !== undefined && rotatedAt > createdAt ? rotatedAt : createdAt
}

/** Until the mirror tells that an end is taken back, 5 seconds; and 5 that the clocks of functions and receivers are apart. */
const takenBackSeconds = 10

/** Receivers hold the end that they were told until they read again. */
function refuseTooLate({ expiresAt }: Key, leadSeconds: number, now: Date): void {
  if (expiresAt === null || expiresAt >= addSeconds(now, leadSeconds + takenBackSeconds)) return
  const left = secondsUntil(expiresAt, now)
  const detail = `The key before ends in ${left} seconds, and receivers may take ${leadSeconds} to learn that it does not: force it, or rotate.`
  throw new Problem('too-late', detail)
}
