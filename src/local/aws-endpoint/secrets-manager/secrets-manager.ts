import { randomInt } from 'node:crypto'
import { unknownOperation } from '../aws-call'
import type { AwsService } from '../aws-call'
import type { Database } from '../database'
import { oneAtATime } from '../one-at-a-time'
import { cancelRotateSecret } from './cancel-rotate-secret'
import type { SecretKeys } from './check-kms-key'
import { createSecret } from './create-secret'
import { deleteSecret } from './delete-secret'
import { describeSecret } from './describe-secret'
import { getSecretValue } from './get-secret-value'
import { listSecretVersionIds } from './list-secret-version-ids'
import { listSecrets } from './list-secrets'
import type { SecretsOperation } from './operation'
import { putSecretValue } from './put-secret-value'
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './resource-policy'
import { restoreSecret } from './restore-secret'
import { rotateSecret } from './rotate-secret'
import { openRotations, type RotationFunctions } from './rotations'
import type { SecretStore } from './secret-store'
import { storedSecrets } from './stored-secrets'
import { tagResource, untagResource } from './tag-resource'
import { updateSecret } from './update-secret'
import { updateSecretVersionStage } from './update-secret-version-stage'

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
  readonly now: () => Date
}

export interface SecretsManager {
  readonly answer: AwsService
  /** Ends the rotations under way. */
  close(): Promise<void>
}

/** AWS Secrets Manager over a database, by the rules of its API reference. */
export function secretsManager({ database, keys, functions, now }: SecretsManagerOptions): SecretsManager {
  const inTurn = oneAtATime()
  const storeAt = (region: string, at: Date): SecretStore => storedSecrets({ database, inTurn, region, now: at })
  const rotations = openRotations({ functions, storeOf: region => storeAt(region, now()), now })
  return {
    answer: async ({ operation, region, input }) => {
      const run = operations.get(operation)
      if (run === undefined) throw unknownOperation()
      const time = now()
      return run({ store: storeAt(region, time), keys, rotations, region, now: time, newArnSuffix }, input)
    },
    close: () => rotations.close(),
  }
}

const suffixCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function newArnSuffix(): string {
  return Array.from({ length: 6 }, () => suffixCharacters.charAt(randomInt(suffixCharacters.length))).join('')
}
