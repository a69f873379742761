import type { Secret } from '../rotation/secret'

export interface OwnSecretState {
  /** Labels by version id; versions without a label are not there. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly rotationEnabled: boolean
  readonly tags: Readonly<Record<string, string>>
}

export interface OwnVersion {
  readonly versionId: string
  readonly text: Secret
  readonly createdAt: Date
}

/** The secret that is rotated, as its rotation function may use it. Every call is repeatable. */
export interface OwnSecret {
  describe(secretId: string): Promise<OwnSecretState>
  /** Null: the version has no value. */
  read(secretId: string, versionId: string): Promise<OwnVersion | null>
  /** Stores the version's value as AWSPENDING. `differs`: it has another one already. */
  putPending(secretId: string, versionId: string, document: Secret): Promise<'stored' | 'differs'>
  /** Moves AWSCURRENT if `from` holds it: a compare-and-swap. */
  moveCurrent(secretId: string, move: { readonly from: string; readonly to: string }): Promise<'moved' | 'mismatch'>
  tag(secretId: string, name: string, value: string): Promise<void>
  untag(secretId: string, name: string): Promise<void>
}
