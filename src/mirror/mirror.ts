import type { Secret } from '../rotation/secret'

/** One version of a mirror, ready to be stored. `document` is JSON that holds bare secrets. */
export interface MirrorVersion {
  readonly name: string
  readonly versionId: string
  readonly document: Secret
}

export interface MirrorDescription {
  /** The version that holds AWSCURRENT, or null. */
  readonly currentVersionId: string | null
  /** Whether the secret is scheduled for deletion. */
  readonly deleted: boolean
}

/** The secret that receivers read, one call each. Calls are repeatable and may arrive late. */
export interface Mirror {
  /** Makes the secret; its first version is current. `exists`: the name is taken, maybe by a deleted secret. */
  create(version: MirrorVersion, signal: AbortSignal): Promise<'created' | 'exists'>
  /** Stores a version beside the current one. A version that is stored already stays as it is. */
  stage(version: MirrorVersion, signal: AbortSignal): Promise<'staged' | 'missing' | 'deleted'>
  /** Moves AWSCURRENT if `from` holds it: a compare-and-swap. */
  moveCurrent(move: CurrentMove, signal: AbortSignal): Promise<'moved' | 'mismatch'>
  describe(name: string, signal: AbortSignal): Promise<MirrorDescription | null>
  /** Lets these principals read the secret, and nobody else but its own account. */
  putPolicy(policy: MirrorPolicy, signal: AbortSignal): Promise<void>
  /** Takes the resource policy away. */
  removePolicy(name: string, signal: AbortSignal): Promise<void>
  /** Schedules the deletion, 7 days ahead. `missing`: there is no such secret. */
  scheduleDeletion(name: string, signal: AbortSignal): Promise<'scheduled' | 'missing'>
  /** Undoes a scheduled deletion. */
  restore(name: string, signal: AbortSignal): Promise<void>
}

export interface MirrorPolicy {
  readonly name: string
  /** Account ids, or ARNs of roles or of an account's root; at least one. */
  readonly consumers: readonly string[]
}

export interface CurrentMove {
  readonly name: string
  readonly from: string
  readonly to: string
}
