import type { Endpoint, RotateBody } from '../client'
import type { Contract } from '../contracts/contract'
import { isWithin, overlapAfter } from '../contracts/overlap'
import { addSeconds } from '../core/instant'
import { hasSeveralSignatures, retiringKeys, type Ring, type RingKey, type RotationRecord } from './key-ring'

// Rotate asks one question: can the receiver hold two secrets, or does it read them? What follows from the answer.

/** How the receiver gets the new secret. */
export const receivers = ['reads-mirror', 'holds-two', 'holds-one'] as const
export type Receiver = (typeof receivers)[number]

/** What a rotation would do; the request's body is `bodyOf`. */
export type RotationPlan =
  | {
      readonly kind: 'publish'
      /** `published`: it signs by itself once receivers can have read it. `manual`: it waits for somebody. */
      readonly signing: 'published' | 'manual'
      readonly leadSeconds: number
      readonly overlapSeconds: number
    }
  /** It signs at once: deliveries are refused until the receiver has it. */
  | { readonly kind: 'at-once'; readonly overlapSeconds: number | 'endless' }
  /** It signs at once and ends every key before: for a secret that leaked. */
  | { readonly kind: 'emergency' }

/** The answers that there can be: nobody reads a mirror that is off. */
export function possibleReceivers({ mirror }: Pick<Endpoint, 'mirror'>): readonly Receiver[] {
  return receivers.filter(receiver => receiver !== 'reads-mirror' || mirror === 'on')
}

/** The answer that what is known speaks for; null: nothing does. */
export function likelyReceiver({ mirror, consumers }: Pick<Endpoint, 'mirror' | 'consumers'>): Receiver | null {
  return mirror === 'on' && consumers.length > 0 ? 'reads-mirror' : null
}

/** How long receivers may hold what they have read: as the API's own default. */
export const readLeadSeconds = 600
/** A secret that somebody deploys by hand is there once they say so. */
const deployedLeadSeconds = 1
/** How long the key before works on at the least, once a published key signs: as the API's own. */
const leastOverlapSeconds = 900
const mostOverlapSeconds = 7 * 24 * 60 * 60

type Rules = Pick<Contract, 'signing' | 'overlap'>

/**
 * The rotation for the answer. With several signatures in a header a receiver of one secret has no gap either: a published
 * key's signature is among them.
 */
export function planFor(receiver: Receiver, contract: Rules): RotationPlan {
  const usual = overlapAfter(contract, null)
  if (receiver === 'holds-one' && !hasSeveralSignatures(contract)) {
    return { kind: 'at-once', overlapSeconds: usual }
  }
  const overlapSeconds =
    usual === 'endless' ? mostOverlapSeconds : Math.min(mostOverlapSeconds, Math.max(usual, leastOverlapSeconds))
  return receiver === 'reads-mirror'
    ? { kind: 'publish', signing: 'published', leadSeconds: readLeadSeconds, overlapSeconds }
    : { kind: 'publish', signing: 'manual', leadSeconds: deployedLeadSeconds, overlapSeconds }
}

/** Whether a rotation can end every key before: not where the contract fixes how long they work. */
export function hasEmergency({ overlap }: Pick<Contract, 'overlap'>): boolean {
  return overlap.kind === 'none' || (overlap.kind === 'chosen' && isWithin(overlap, 0))
}

/** What the person chose besides. */
export interface Choice {
  readonly plan: RotationPlan
  readonly reveal: boolean
  /** Empty: none. */
  readonly reason: string
  /** The ring that was confirmed. */
  readonly revision: number
}

/** Overlaps that are the contract's own stay unsaid, since many let nobody choose them. */
export function bodyOf({ plan, reveal, reason, revision }: Choice): RotateBody {
  const asked = reason.trim()
  return {
    ...(plan.kind === 'publish' && { signing: plan.signing, leadSeconds: plan.leadSeconds }),
    ...(plan.kind === 'emergency' && { signing: 'now', overlapSeconds: 0 }),
    ...(asked !== '' && { reason: asked }),
    ...(!reveal && { reveal }),
    ifRevision: revision,
  }
}

/** A key that ends within so long of a rotation, and would have lived on, may be one that a receiver still needs. */
const soonSeconds = 600

/** Whether the server asks for a sign-in of the last minutes: deliveries may be refused before anybody can do something. */
export function needsRecentSignIn(
  plan: RotationPlan,
  { ring, contract, now }: { readonly ring: Ring; readonly contract: Rules & EndsBefore; readonly now: Date },
): boolean {
  if (plan.kind === 'emergency') return true
  if (plan.kind === 'publish') return endsRetiring(contract) && retiringKeys(ring).length > 0
  return !hasSeveralSignatures(contract) || endsSoon(ring, plan, { contract, now })
}

/** Whether there is room for another key beside those that the plan keeps. */
export function hasRoom(plan: RotationPlan, { secondRotation }: EndsBefore, { keys }: Pick<Ring, 'keys'>): boolean {
  if (secondRotation?.kind !== 'keep' || plan.kind === 'emergency') return true
  return keys.length < secondRotation.maximumLiveKeys
}

type EndsBefore = Pick<Contract, 'secondRotation'>

function endsRetiring({ secondRotation }: EndsBefore): boolean {
  return (secondRotation?.kind ?? 'replace') === 'replace'
}

function endsSoon(
  ring: Ring,
  plan: RotationPlan,
  given: { readonly contract: EndsBefore; readonly now: Date },
): boolean {
  const soon = addSeconds(given.now, soonSeconds).getTime()
  const endOf = (key: RingKey | undefined): number => {
    if (key === undefined) return 0
    return key.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(key.expiresAt)
  }
  const { keys } = afterPlan(ring, plan, given).ring
  return ring.keys.some(key => {
    const end = endOf(keys.find(({ id }) => id === key.id))
    return end < soon && end < endOf(key)
  })
}

/** The key that a plan makes, before it is there. */
export const plannedKeyId = 'planned'

/** The ring as the plan leaves it, with the record of it, for a preview. */
export function afterPlan(
  ring: Ring,
  plan: RotationPlan,
  { contract, now }: { readonly contract: Pick<Contract, 'secondRotation'>; readonly now: Date },
): { readonly ring: Ring; readonly record: RotationRecord } {
  const made = newKey(plan, now)
  const overlapSeconds = plan.kind === 'emergency' ? 0 : plan.overlapSeconds
  const overlap = { overlapSeconds, actor: { kind: 'portal', id: '' }, reason: null } as const
  const record = { id: plannedKeyId, keyId: made.id, at: now.toISOString(), ...overlap } as const
  if (plan.kind === 'publish') {
    return { ring: { ...ring, keys: [...ring.keys, made] }, record: { ...record, kind: 'publish' } }
  }
  const keys = [made, ...ring.keys.flatMap(key => retired(key, overlapSeconds, { contract, now }))]
  return { ring: { ...ring, keys, signingKeyId: made.id }, record: { ...record, kind: 'rotate' } }
}

function newKey(plan: RotationPlan, now: Date): RingKey {
  const isPublished = plan.kind === 'publish'
  const signsAlone = isPublished && plan.signing === 'published'
  return {
    id: plannedKeyId,
    createdAt: now.toISOString(),
    expiresAt: null,
    state: isPublished ? 'published' : 'signing',
    hint: '',
    signsFrom: signsAlone ? addSeconds(now, plan.leadSeconds).toISOString() : null,
    proof: null,
  }
}

function retired(
  key: RingKey,
  overlapSeconds: number | 'endless',
  { contract: { secondRotation }, now }: { readonly contract: Pick<Contract, 'secondRotation'>; readonly now: Date },
): readonly RingKey[] {
  if (overlapSeconds === 0) return []
  if (key.state === 'retiring') return secondRotation?.kind === 'keep' ? [key] : []
  const expiresAt = overlapSeconds === 'endless' ? null : addSeconds(now, overlapSeconds).toISOString()
  return [{ ...key, state: 'retiring', expiresAt, signsFrom: null }]
}

/** The waits between the attempts at a delivery, in seconds, as deliveries are sent. */
export const retryWaitsSeconds: readonly number[] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 36_000]

/** How long a delivery that is refused is tried again: a receiver that has the secret by then misses nothing. */
export function triedForSeconds({ delivery }: Pick<Contract, 'delivery'>): number {
  const retries = delivery?.retries ?? null
  const waits = retries === null ? retryWaitsSeconds : retryWaitsSeconds.slice(0, retries)
  return waits.reduce((sum, wait) => sum + wait, 0)
}
