import { createHash } from 'node:crypto'
import { addSeconds } from '../core/instant'
import { Problem } from '../core/problem'
import type { Endpoint } from './endpoint'
import type { Keys } from './published'
import { type Key, previousKey } from './ring'

// What a probe proved of a receiver, and how long that counts. Pure, as ring.ts; the test deliveries are src/delivery/probe.ts.

/**
 * What the receiver's answers say about a key. `adopted`: it takes what the key signs, and refuses what nobody signed.
 * `not-adopted`: it refuses the key, and takes the one before. `accepts-anything`: it takes what nobody signed, or looks at
 * signatures later. `unreachable`: nothing answered. `inconclusive`: anything else.
 */
export const adoptions = ['adopted', 'not-adopted', 'accepts-anything', 'inconclusive', 'unreachable'] as const
export type Adoption = (typeof adoptions)[number]

/** What the last probe of a key came to. */
export interface Proof {
  readonly keyId: string
  /** SHA-256 of the URL that the receiver had, in hex. */
  readonly urlHash: string
  readonly adoption: Adoption
  /** When the probe began. */
  readonly at: Date
}

/** Proofs as they are stored beside the endpoint. */
export interface StoredProofs {
  readonly proofs: readonly Proof[]
  /** The life of the endpoint that they are of; null when nothing is stored. */
  readonly incarnation: string | null
}

/** How long a proof counts. */
export const proofSeconds = 60 * 60

/** A new proof of the endpoint at its URL. */
export function newProof(url: string, proof: Omit<Proof, 'urlHash'>): Proof {
  return { ...proof, urlHash: hashOf(url) }
}

/** The key that a probe is about, and the one before; undefined: there is none that is live. */
export interface ProbedKeys {
  readonly newest: Key
  readonly previous: Key | undefined
}

/** The published key where there is one, else the one that signs; before it the one that signs, or signed. */
export function probedKeys({ ring, published }: Keys, now: Date): ProbedKeys {
  if (published !== null) return { newest: published.key, previous: ring.keys[0] }
  return { newest: ring.keys[0], previous: previousKey(ring, now) }
}

/** What counts as proven of a key now: at the endpoint's URL, in its life, within the last hour; null: nothing. */
export function proofOf(endpoint: Endpoint, keyId: string, stored: StoredProofs, now: Date): Proof | null {
  const { url } = endpoint.settings
  if (url === null || stored.incarnation !== endpoint.incarnation) return null
  const found = stored.proofs.find(proof => proof.keyId === keyId && proof.urlHash === hashOf(url))
  return found !== undefined && isFresh(found, now) ? found : null
}

/**
 * Refuses where the key that signs is not proven.
 * @throws {Problem} `not-proven`
 */
export function assertProven(endpoint: Endpoint, stored: StoredProofs, now: Date): void {
  const adoption = proofOf(endpoint, endpoint.ring.keys[0].id, stored, now)?.adoption
  if (adoption === 'adopted') return
  const why = adoption === undefined ? 'was not probed at the current URL within the last hour' : `is ${adoption}`
  throw new Problem('not-proven', `The key that signs ${why}. Probe the endpoint first.`)
}

/**
 * The proofs with a new one: one a key, and none that no longer counts. `keyIds` are the endpoint's keys when the probe began:
 * a proof of any other is dropped unless it is later, of a key that was made meanwhile.
 */
export function withProof(proofs: readonly Proof[], proof: Proof, keyIds: readonly string[]): readonly Proof[] {
  const known = proofs.find(({ keyId }) => keyId === proof.keyId)
  const latest = known !== undefined && known.at > proof.at ? known : proof
  const others = proofs.filter(({ keyId }) => keyId !== proof.keyId)
  const isKept = (other: Proof): boolean => keyIds.includes(other.keyId) || other.at > proof.at
  return [latest, ...others.filter(other => isKept(other) && isFresh(other, proof.at))]
}

function isFresh({ at }: Proof, now: Date): boolean {
  return now < addSeconds(at, proofSeconds)
}

function hashOf(url: string): string {
  return createHash('sha256').update(url).digest('hex')
}
