import { Secret } from '../../../src/core/secret'
import { parseStoredKeys, type StoredKey } from '../../../src/rotation-hook/document'
import type { HookDeps } from '../../../src/rotation-hook/ports'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { madeAt, type MemoryRotatedSecret } from '../../support/memory/memory-rotated-secret'
import type { World } from '../world'
import type { HookPlan } from './plan'

/** All there is in one run of the hook: the vendor's world, and the consumer's side. */
export interface HookBed {
  readonly world: World
  readonly plan: HookPlan
  /** The consumer's secret. */
  readonly rotatedSecret: MemoryRotatedSecret
  readonly record: HookRecord
  readonly sabotage: HookSabotage
  readonly rotations: Rotation[]
  /** What the stored texts say, by text. */
  readonly documents: Map<string, ReadDocument>
  /** How many runs of the hook there are now. */
  runs: number
  /** Calls of RotateSecret that are still to come. */
  toCome: number
  /** Whether replies are still lost and steps repeated. */
  rough: boolean
}

/** Takes a safeguard out of the secret, or of the hook, to see that the simulator notices. */
export interface HookSabotage {
  readonly secret?: (secret: MemoryRotatedSecret) => MemoryRotatedSecret
  readonly hook?: (deps: HookDeps) => HookDeps
}

/** One rotation, as Secrets Manager goes about it. */
export interface Rotation {
  readonly token: string
  /** Tries that are left after the one under way. */
  tries: number
  state: 'under-way' | 'done' | 'given-up'
}

/** What is known of a run from outside. */
export interface HookRecord {
  /** How many requests the hook has made. */
  asked: number
  /** The latest request that made a rotation, or whose answer was stored: one before it that rotates now comes late. */
  latest: number
  /** The vendor's version that a late request made; null: none did yet. */
  givenLate: number | null
  /** The endpoint as each rotation made it, oldest first. */
  readonly rings: Endpoint[]
  /** The version that consumers read. */
  current: string | null
  readonly disorder: Set<Disorder>
  /** Somebody took the intents of a hook that had stopped away. */
  released: boolean
  /** Why the last step that failed did so. */
  lastCode: string | null
}

/** What makes a rotation's end weaker than usual, until another one. */
export type Disorder =
  | 'overlapping-runs'
  | 'late-request'
  | 'late-put'
  | 'put-out-of-turn'
  | 'late-tag'
  | 'rotated-by-hand'

export const baseUrl = 'https://vendor.example'
export const tenantId = 'acme'
export const endpointId = 'ep_1'
export const secretId = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:consumer/vendor-AbCdEf'

/** Notes a request of the hook. Returns the reason that it is known by: the rotation's token, and its number in the run. */
export function noteAsked(record: HookRecord, token: string): string {
  record.asked += 1
  return `${token} ${record.asked}`
}

/** The request that made a ring; null: none of the hook's. */
export function askedBy({ changes }: Endpoint): { readonly token: string; readonly place: number } | null {
  const [token, place] = changes[0].reason?.split(' ') ?? []
  return token === undefined ? null : { token, place: Number(place) }
}

/** What a version holds for whoever reads it. */
export interface ReadDocument {
  readonly version: number
  /** Newest first; none in a placeholder. */
  readonly keys: readonly StoredKey[]
}

/** What a version says; null: it has no value. */
export function readDocument({ rotatedSecret, documents }: HookBed, versionId: string | null): ReadDocument | null {
  const text = rotatedSecret.versions.get(versionId ?? '')?.text ?? null
  if (versionId === null || text === null) return null
  const document = documents.get(text) ?? parseStoredKeys({ versionId, text: new Secret(text), createdAt: madeAt })
  documents.set(text, document)
  return document
}

/** The place of the rotation that made the secret; -1: none did. */
export function placeOf({ world, record }: HookBed, secret: string | undefined): number {
  return record.rings.findLastIndex(({ ring }) => world.ledger.secrets.get(ring.keys[0].id) === secret)
}

/** The bare secret of a key in a ring. */
export function secretOf({ world }: HookBed, keyId: string): string | undefined {
  return world.ledger.secrets.get(keyId)
}

/** How long the keys before were promised to live on, in milliseconds. */
export function overlapOf({ changes }: Endpoint): number {
  return (changes[0].overlapSeconds ?? Infinity) * 1000
}
