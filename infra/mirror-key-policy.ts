import { accountRoot, type Account } from './account'
import { keyAdministration } from './key-administration'
import type { Conditions, Statement } from './statement'

export interface MirrorKeyUsers {
  /** ARNs of the roles that write mirrors. */
  readonly writers: readonly string[]
  /** Ids of other accounts whose receivers read mirrors. */
  readonly readers: readonly string[]
  /** ARN pattern of the stage's mirrors. */
  readonly mirrors: string
}

/** Stands for the ARN in the encryption context of the call by which Secrets Manager tries a new secret's key out. */
const trial = 'RequestToValidateKeyAccess'

/**
 * Who may have Secrets Manager use the mirror key. Nobody uses it directly; a writer or reader needs Secrets Manager's
 * own permission as well.
 */
export function mirrorKeyPolicy(account: Account, { writers, readers, mirrors }: MirrorKeyUsers): readonly Statement[] {
  const only = (secretArns: readonly string[]): Conditions => ({
    StringEquals: { 'kms:ViaService': `secretsmanager.${account.region}.amazonaws.com` },
    StringLike: { 'kms:EncryptionContext:SecretARN': secretArns },
  })
  return [
    keyAdministration(account),
    {
      Sid: 'WriteMirrors',
      Effect: 'Allow',
      Principal: { AWS: writers },
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: ['*'],
      Condition: only([mirrors, trial]),
    },
    {
      Sid: 'ReadMirrors',
      Effect: 'Allow',
      Principal: { AWS: [account.id, ...readers].map(id => accountRoot(account, id)) },
      Action: ['kms:Decrypt'],
      Resource: ['*'],
      Condition: only([mirrors]),
    },
  ]
}
