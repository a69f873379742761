import type { HookDeps } from '../../../src/rotation-hook/ports'
import type { MemoryRotatedSecret } from '../../support/memory/memory-rotated-secret'
import type { World } from '../world'
import type { HookPlan } from './plan'
import type { HookRecord } from './record'
import type { ReadDocument } from './stored-document'

/** Takes a safeguard out of the secret, or of the hook, to see that the simulator notices. */
export interface HookSabotage {
  readonly secret?: (own: MemoryRotatedSecret) => MemoryRotatedSecret
  readonly hook?: (deps: HookDeps) => HookDeps
}

/** One rotation, as Secrets Manager goes about it. */
export interface Rotation {
  readonly token: string
  /** Tries that are left after the one under way. */
  tries: number
  state: 'under-way' | 'done' | 'given-up'
}

/** All there is in one run of the hook: the vendor's world, and the consumer's side. */
export interface HookBed {
  readonly world: World
  readonly plan: HookPlan
  readonly own: MemoryRotatedSecret
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

export const baseUrl = 'https://vendor.example'
export const tenantId = 'acme'
export const endpointId = 'ep_1'
export const secretId = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:consumer/vendor-AbCdEf'
export const firstVersion = '0'.repeat(32)
