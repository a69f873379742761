import type { Endpoint } from '../client'
import type { Contract } from '../contracts/contract'
import {
  type Adoption,
  hasSeveralSignatures,
  keyBefore,
  publishedKey,
  retiringKeys,
  type Ring,
  type RingKey,
  signingKey,
} from './key-ring'
import { hasEmergency } from './rotation-plan'
import { secondsIn } from './times'

// The one thing to do next, worked out from the ring alone: deploying takes longer than anybody's session.

/** Why a probe is next: nothing is proven, or the last one proved this. */
export type Unproven = 'unproven' | Exclude<Adoption, 'adopted' | 'accepts-anything'>

export type NextAction =
  /** Nothing is under way. */
  | { readonly kind: 'rotate' }
  /** Deploy the key, then test whether the receiver has it. */
  | { readonly kind: 'probe'; readonly key: RingKey; readonly why: Unproven }
  /** `proof` null: there is no URL, so nothing can be proven. */
  | { readonly kind: 'promote'; readonly key: RingKey; readonly proof: 'adopted' | 'accepts-anything' | null }
  /** It signs by itself from then on. */
  | { readonly kind: 'wait-to-sign'; readonly key: RingKey; readonly from: Date; readonly proof: Adoption | null }
  /** The receiver refuses the key that signs, and takes the one before. */
  | { readonly kind: 'roll-back'; readonly key: RingKey; readonly before: RingKey }
  /** The receiver has the key that signs; those before can go. `until`: when the last does by itself; null: never. */
  | { readonly kind: 'revoke'; readonly key: RingKey; readonly until: Date | null }
  /** Those before end by themselves, and there is nothing that could be proven first. */
  | {
      readonly kind: 'wait-for-end'
      readonly key: RingKey
      readonly until: Date | null
      readonly proof: 'accepts-anything' | null
    }

export interface Circumstances {
  readonly endpoint: Pick<Endpoint, 'url'>
  readonly contract: Pick<Contract, 'signing'>
  readonly now: Date
}

/** What the ring asks for. The ring has a key that signs; without one it asks for nothing but a rotation. */
export function nextAction(ring: Ring, { endpoint: { url }, contract, now }: Circumstances): NextAction {
  const published = publishedKey(ring)
  if (published !== null) return nextOfPublished(published, url !== null)
  const current = signingKey(ring)
  if (current === null) return { kind: 'rotate' }
  if (retiringKeys(ring).length === 0) {
    return url !== null && isNew(current, now) && !isTaken(current)
      ? { kind: 'probe', key: current, why: whyProbe(current) }
      : { kind: 'rotate' }
  }
  return nextOfSigning(ring, current, { hasUrl: url !== null, hasSeveral: hasSeveralSignatures(contract) })
}

/** A proof counts for an hour; a key that is older was in use before. */
const newSeconds = secondsIn.hour

function isNew({ createdAt }: RingKey, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) < newSeconds * 1000
}

function isTaken({ proof }: RingKey): boolean {
  return proof?.adoption === 'adopted' || proof?.adoption === 'accepts-anything'
}

function whyProbe({ proof }: RingKey): Unproven {
  const adoption = proof?.adoption ?? 'unproven'
  return adoption === 'adopted' || adoption === 'accepts-anything' ? 'unproven' : adoption
}

function nextOfPublished(key: RingKey, hasUrl: boolean): NextAction {
  const proof = key.proof?.adoption ?? null
  const isProven = proof === 'adopted' || proof === 'accepts-anything' || !hasUrl
  if (key.signsFrom !== null && (isProven || proof === null)) {
    return { kind: 'wait-to-sign', key, from: new Date(key.signsFrom), proof }
  }
  if (proof === 'adopted' || proof === 'accepts-anything') return { kind: 'promote', key, proof }
  if (!hasUrl) return { kind: 'promote', key, proof: null }
  return { kind: 'probe', key, why: proof ?? 'unproven' }
}

interface Known {
  readonly hasUrl: boolean
  readonly hasSeveral: boolean
}

function nextOfSigning(ring: Ring, key: RingKey, { hasUrl, hasSeveral }: Known): NextAction {
  const until = lastEnd(ring)
  const proof = key.proof?.adoption ?? null
  if (!hasUrl) return { kind: 'wait-for-end', key, until, proof: null }
  if (proof === 'adopted') return { kind: 'revoke', key, until }
  if (proof === 'accepts-anything') return { kind: 'wait-for-end', key, until, proof }
  const before = keyBefore(ring)
  if (proof === 'not-adopted' && before !== null && !hasSeveral) return { kind: 'roll-back', key, before }
  return { kind: 'probe', key, why: proof ?? 'unproven' }
}

function lastEnd(ring: Ring): Date | null {
  const ends = retiringKeys(ring).map(({ expiresAt }) => (expiresAt === null ? null : Date.parse(expiresAt)))
  return ends.includes(null) ? null : new Date(Math.max(...ends.map(Number)))
}

/** All that can be done with the keys, besides what is next. */
export type Step = 'probe' | 'promote' | 'abandon' | 'roll-back' | 'revoke' | 'rotate' | 'emergency'

/** In the order in which they are shown. */
export function possibleSteps(
  ring: Ring,
  { url }: Pick<Endpoint, 'url'>,
  contract: Pick<Contract, 'overlap'>,
): readonly Step[] {
  const isPublished = publishedKey(ring) !== null
  const steps: readonly (readonly [Step, boolean])[] = [
    ['probe', url !== null],
    ['promote', isPublished],
    ['abandon', isPublished],
    ['roll-back', !isPublished && keyBefore(ring) !== null],
    ['revoke', retiringKeys(ring).length > 0],
    ['rotate', !isPublished],
    ['emergency', hasEmergency(contract)],
  ]
  return steps.filter(([, isPossible]) => isPossible).map(([step]) => step)
}
