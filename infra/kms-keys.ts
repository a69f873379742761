import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias'
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key'
import { Construct } from 'constructs'
import { type Account, accountRoot, secretsManagerService } from './account'
import { type Statement, type Conditions, policyDocument } from './iam-policy'

export interface KeyturnKmsKeyProps {
  /** The alias, without `alias/`. */
  readonly name: string
  /** The key's name in Terraform's state. */
  readonly logicalId: string
  readonly description: string
  /** Who may do what with the key. KMS asks the key's own policy first: it refuses everybody who is not named here. */
  readonly statements: readonly Statement[]
  readonly disposable: boolean
  /** The id of an earlier deployment's key, which is taken over. Absent: a new key is made. */
  readonly adopt: string | undefined
}

/**
 * A symmetric KMS key that AWS rotates every year, and that can be replicated into other regions: a key that was made without
 * never can. Deleting it takes 7 days in a disposable stage, else 30.
 */
export class KeyturnKmsKey extends Construct {
  readonly key: KmsKey
  readonly arn: string

  constructor(scope: Construct, id: string, props: KeyturnKmsKeyProps) {
    super(scope, id)
    const { name, description, disposable, adopt } = props
    this.key = new KmsKey(this, 'key', {
      description,
      enableKeyRotation: true,
      multiRegion: true,
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

/** ARNs of the roles that seal and of those that open. */
export interface RingKeyUsers {
  readonly seal: readonly string[]
  readonly open: readonly string[]
}

/** The ring key's policy: who seals and who opens signing secrets. */
export function ringKeyPolicy(account: Account, { seal, open }: RingKeyUsers): readonly Statement[] {
  return [
    keyAdministration(account),
    {
      Sid: 'Seal',
      Effect: 'Allow',
      Principal: { AWS: seal },
      Action: ['kms:Encrypt'],
      Resource: ['*'],
      Condition: boundSecretsOnly,
    },
    {
      Sid: 'Open',
      Effect: 'Allow',
      Principal: { AWS: open },
      Action: ['kms:Decrypt'],
      Resource: ['*'],
      Condition: boundSecretsOnly,
    },
  ]
}

const contextKeys = ['tenant', 'endpoint', 'key']

/** The encryption context binds a secret to its tenant, its endpoint and its key: it has all three entries, and no other. */
const boundSecretsOnly: Conditions = {
  'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': contextKeys },
  Null: Object.fromEntries(contextKeys.map(key => [`kms:EncryptionContext:${key}`, 'false'])),
}

export interface MirrorKeyUsers {
  /** ARNs of the roles that write mirrors. */
  readonly writers: readonly string[]
  /** Ids of other accounts whose receivers read mirrors. */
  readonly readers: readonly string[]
  /** ARN pattern of the stage's mirrors. */
  readonly mirrors: string
}

/**
 * The mirror key's policy: who may have Secrets Manager use it. Nobody uses it directly, and a writer or reader needs
 * Secrets Manager's own permission as well.
 */
export function mirrorKeyPolicy(account: Account, { writers, readers, mirrors }: MirrorKeyUsers): readonly Statement[] {
  const forSecrets = (secretArns: readonly string[]): Conditions => ({
    StringEquals: { 'kms:ViaService': secretsManagerService(account) },
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
      Condition: forSecrets([mirrors, newSecret]),
    },
    {
      Sid: 'ReadMirrors',
      Effect: 'Allow',
      Principal: { AWS: [account.id, ...readers].map(id => accountRoot(account, id)) },
      Action: ['kms:Decrypt'],
      Resource: ['*'],
      Condition: forSecrets([mirrors]),
    },
  ]
}

/** What Secrets Manager puts in place of the ARN when it tries the key of a secret that it is about to create. */
const newSecret = 'RequestToValidateKeyAccess'

/**
 * What the account's administrators may do with a key: look after it. They neither encrypt nor decrypt with it, and can
 * let others do so only by changing the key's policy.
 */
function keyAdministration(account: Account): Statement {
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
  'ReplicateKey',
  'UpdatePrimaryRegion',
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
