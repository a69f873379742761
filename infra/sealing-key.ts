import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias'
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key'
import { Construct } from 'constructs'
import { policyDocument, type Statement } from './statement'

export interface SealingKeyProps {
  /** Of the alias, without `alias/`. */
  readonly name: string
  /** In Terraform's state. */
  readonly logicalId: string
  readonly description: string
  /** Who may do what with the key. KMS asks the key's policy first: who is not named here has no part in it. */
  readonly statements: readonly Statement[]
  readonly disposable: boolean
  /** The id of a key to take over instead of making one. */
  readonly adopt: string | undefined
}

/** A symmetric KMS key that AWS rotates every year. Deleting it takes 7 days in a disposable stage, else 30. */
export class SealingKey extends Construct {
  readonly key: KmsKey
  readonly arn: string

  constructor(scope: Construct, id: string, props: SealingKeyProps) {
    super(scope, id)
    const { name, description, disposable, adopt } = props
    this.key = new KmsKey(this, 'key', {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: disposable ? 7 : 30,
      policy: policyDocument(props.statements),
      lifecycle: { preventDestroy: !disposable },
    })
    this.key.overrideLogicalId(props.logicalId)
    if (adopt !== undefined) this.key.importFrom(adopt)
    this.arn = this.key.arn
    new KmsAlias(this, 'alias', { name: `alias/${name}`, targetKeyId: this.key.keyId })
  }
}
