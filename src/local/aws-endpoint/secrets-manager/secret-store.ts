import type { SecretState, SecretValue } from './secret-state'

/** What a rule makes of a secret. */
export interface SecretChange {
  readonly secret: SecretState
  /** The value of the version that is new. */
  readonly value?: SecretValue & { readonly versionId: string }
  /** The secret goes at once, with its values. */
  readonly removed?: true
}

export interface SecretRange {
  /** Only names that start so. */
  readonly prefix: string
  /** Only names after this one in the direction of the listing. */
  readonly after: string | null
  readonly descending: boolean
}

/** The secrets of one region. A secret whose recovery window is over does not exist. */
export interface SecretStore {
  /** By name, ARN, or ARN without the suffix. @throws {AwsError} `ResourceNotFoundException` */
  find(secretId: string): Promise<SecretState>
  value(secret: SecretState, versionId: string): Promise<SecretValue | undefined>
  /** Runs the rule alone on its secret; resolves to the secret once the change is on the disk. @throws as `find` */
  change(secretId: string, rule: (secret: SecretState) => SecretChange): Promise<SecretState>
  /** The same by a name that may be new. */
  changeNamed(name: string, rule: (secret: SecretState | undefined) => SecretChange): Promise<SecretState>
  /** In the order of their names. */
  list(range: SecretRange): AsyncIterable<SecretState>
}
