import { accountRoot, type Account } from './account'
import type { Statement } from './statement'

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
