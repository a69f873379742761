import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias'
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key'
import { Construct } from 'constructs'
import { type Conditions, policyDocument, type Statement } from './function-statements'
import { type Account, accountRoot } from './account'

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

/** ARNs of the functions' roles. */
export interface RingKeyUsers {
  readonly seal: readonly string[]
  readonly open: readonly string[]
}

const contextKeys = ['tenant', 'endpoint', 'key']

/** Only with the encryption context that binds a secret to its place: all of its keys, and no other. */
const boundToItsPlace: Conditions = {
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': contextKeys },
  Null: Object.fromEntries(contextKeys.map(key => [`kms:EncryptionContext:${key}`, 'false'])),
}

/** Who seals and who opens signing secrets. */
export function ringKeyPolicy(account: Account, { seal, open }: RingKeyUsers): readonly Statement[] {
  return [
    keyAdministration(account),
    {
      Sid: 'Seal',
      Effect: 'Allow',
      Principal: { AWS: seal },
      Action: ['kms:Encrypt'],
      Resource: ['*'],
      Condition: boundToItsPlace,
    },
    {
      Sid: 'Open',
      Effect: 'Allow',
      Principal: { AWS: open },
      Action: ['kms:Decrypt'],
      Resource: ['*'],
      Condition: boundToItsPlace,
    },
  ]
}

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

/**
 * What the account's administrators may do with a key: look after it, not encrypt or decrypt with it, and grant
 * nobody that right but by changing the key's policy.
 */
export function keyAdministration(account: Account): Statement {
  return {
    Sid: 'Administer',
    Effect: 'Allow',
    Principal: { AWS: accountRoot(account, account.id) },
    Action: administration.map(operation => `kms:${operation}`),
    Resource: ['*'],
  }
}

const administration = [
  'DescribeKey',
  'GetKeyPolicy',
  'PutKeyPolicy',
  'ListKeyPolicies',
  'EnableKey',
  'DisableKey',
  'GetKeyRotationStatus',
  'ListKeyRotations',
  'EnableKeyRotation',
  'DisableKeyRotation',
  'RotateKeyOnDemand',
  'UpdateKeyDescription',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'ListResourceTags',
  'TagResource',
  'UntagResource',
  'ListGrants',
  'RevokeGrant',
  'ScheduleKeyDeletion',
  'CancelKeyDeletion',
]
