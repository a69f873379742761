import { randomInt } from 'node:crypto'
import { type Database, oneAtATime } from '../database'
import { type AwsService, unknownOperation } from '../wire'
import { describeSecret, listSecrets, listSecretVersionIds } from './describe-and-list'
import { updateSecretVersionStage } from './labels'
import { createSecret, deleteSecret, restoreSecret, updateSecret } from './lifecycle'
import type { SecretKeys, SecretsOperation } from './operation'
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './resource-policy'
import { cancelRotateSecret, rotateSecret } from './rotate-secret'
import { openRotations, type RotationFunctions } from './rotations'
import { type SecretStore, secretStore } from './secret-store'
import { tagResource, untagResource } from './tags'
import { getSecretValue, putSecretValue } from './values'

const operations: ReadonlyMap<string, SecretsOperation> = new Map([
  ['CancelRotateSecret', cancelRotateSecret],
  ['CreateSecret', createSecret],
  ['DeleteResourcePolicy', deleteResourcePolicy],
  ['DeleteSecret', deleteSecret],
  ['DescribeSecret', describeSecret],
  ['GetResourcePolicy', getResourcePolicy],
  ['GetSecretValue', getSecretValue],
  ['ListSecretVersionIds', listSecretVersionIds],
  ['ListSecrets', listSecrets],
  ['PutResourcePolicy', putResourcePolicy],
  ['PutSecretValue', putSecretValue],
  ['RestoreSecret', restoreSecret],
  ['RotateSecret', rotateSecret],
  ['TagResource', tagResource],
  ['UntagResource', untagResource],
  ['UpdateSecret', updateSecret],
  ['UpdateSecretVersionStage', updateSecretVersionStage],
])

export interface SecretsManagerOptions {
  readonly database: Database
  readonly keys: SecretKeys
  readonly functions: RotationFunctions
  /** ARNs of the roles and users that a policy may name; null: any. */
  readonly principals: readonly string[] | null
  readonly now: () => Date
}

export interface SecretsManager {
  readonly service: AwsService
  /** Ends the rotations under way. */
  close(): Promise<void>
}

/** AWS Secrets Manager over a database, by the rules of its API reference. */
export function secretsManager({ database, keys, functions, principals, now }: SecretsManagerOptions): SecretsManager {
  const inTurn = oneAtATime()
  const storeAt = (region: string, at: Date): SecretStore => secretStore({ database, inTurn, region, now: at })
  const rotations = openRotations({ functions, storeOf: region => storeAt(region, now()), now })
  return {
    service: async ({ operation, region, input }) => {
      const run = operations.get(operation)
      if (run === undefined) throw unknownOperation()
      const time = now()
      return run({ store: storeAt(region, time), keys, rotations, principals, region, now: time, newArnSuffix }, input)
    },
    close: () => rotations.close(),
  }
}

const suffixCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function newArnSuffix(): string {
  return Array.from({ length: 6 }, () => suffixCharacters.charAt(randomInt(suffixCharacters.length))).join('')
}
