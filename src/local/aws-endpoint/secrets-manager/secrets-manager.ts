import { randomInt } from 'node:crypto'
import { unknownOperation } from '../aws-call'
import type { AwsService } from '../aws-call'
import type { Database } from '../database'
import { oneAtATime } from '../one-at-a-time'
import { createSecret } from './create-secret'
import { getSecretValue } from './get-secret-value'
import type { SecretsOperation } from './operation'
import { storedSecrets } from './stored-secrets'

const operations: ReadonlyMap<string, SecretsOperation> = new Map([
  ['CreateSecret', createSecret],
  ['GetSecretValue', getSecretValue],
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
