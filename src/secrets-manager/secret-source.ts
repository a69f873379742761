/** One version of a secret, as Secrets Manager has it. */
export interface SecretVersion {
  readonly versionId: string
  /** The value, bare. */
  readonly text: string
  readonly createdAt: Date
}

export type ReadLabel = 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'

/** Where the secret is read. Null: no version with a value has the label. */
export type SecretSource = (label: ReadLabel) => Promise<SecretVersion | null>
