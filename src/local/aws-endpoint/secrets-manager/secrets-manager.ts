import { randomInt } from 'node:crypto'
import { unknownOperation } from '../aws-call'
import type { AwsService } from '../aws-call'
import type { Database } from '../database'
import { oneAtATime } from '../one-at-a-time'
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
import { storedSecrets } from './stored-secrets'
import { tagResource, untagResource } from './tag-resource'
import { updateSecret } from './update-secret'
import { updateSecretVersionStage } from './update-secret-version-stage'

const operations: ReadonlyMap<string, SecretsOperation> = new Map([
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

/** AWS Secrets Manager over a database, by the rules of its API reference. */
export function secretsManager(database: Database, now: () => Date): AwsService {
  const inTurn = oneAtATime()
  return async ({ operation, region, input }) => {
    const run = operations.get(operation)
    if (run === undefined) throw unknownOperation()
    const time = now()
    return run(
      { store: storedSecrets({ database, inTurn, region, now: time }), region, now: time, newArnSuffix },
      input,
    )
  }
}

const suffixCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

function newArnSuffix(): string {
  return Array.from({ length: 6 }, () => suffixCharacters.charAt(randomInt(suffixCharacters.length))).join('')
}
