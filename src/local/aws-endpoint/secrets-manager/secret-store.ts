import { AwsError } from '../aws-error'
import type { Database } from '../database'
import { oneAtATime } from '../one-at-a-time'
import { decodeSecret } from './secret-codec'
import type { StoredSecret } from './secret-codec'
import { means, namesOf } from './secret-id'
import type { SecretState, SecretValue } from './secret-state'

/** What a rule makes of a secret. `secret: null` removes it with its values. */
export interface SecretChange {
  readonly secret: SecretState | null
  /** The value of a version that is new. */
  readonly value?: { readonly versionId: string; readonly value: SecretValue }
}

/** Secrets of one region, by name or ARN. A secret whose recovery window is over does not exist. */
export interface SecretStore {
  /** @throws {AwsError} `ResourceNotFoundException` */
  find(secretId: string): Promise<SecretState>
  value(name: string, versionId: string): Promise<SecretValue | undefined>
  /** Runs the rule alone on its secret, and resolves to the secret once the change is on the disk. @throws as `find` */
  change(secretId: string, rule: (secret: SecretState) => SecretChange): Promise<SecretState>
  /** The same for a name that need not exist. */
  changeName(name: string, rule: (secret: SecretState | undefined) => SecretChange): Promise<SecretState | null>
  /** In the order of their names. */
  list(range: SecretRange): AsyncIterable<SecretState>
}

export interface SecretRange {
  /** Only names that start so. */
  readonly prefix: string
  /** Only names after this one in the direction of the listing. */
  readonly after: string | null
  readonly descending: boolean
}
