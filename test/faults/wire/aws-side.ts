import { randomBytes } from 'node:crypto'
import { readEnvironment, sweepVariables } from '../../../lambdas/environment'
import { rotationDeps } from '../../../lambdas/wiring'
import { createTable, functionEnvironment, localAws } from '../../../local/local-aws'
import { createApiKey } from '../../../src/access/create-api-key'
import { type ClientOptions, dynamoDbClient } from '../../../src/aws/clients'
import { dynamoApiKeyStore } from '../../../src/aws/dynamo-api-key-store'
import type { Contract } from '../../../src/contracts/contract'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { teambattles } from '../../../src/contracts/teambattles'
import { addSeconds } from '../../../src/core/instant'
import { settleGraceSeconds } from '../../../src/rotation/change'
import type { RotationDeps } from '../../../src/rotation/ports'
import { type Credentials, faultTenant } from './scenario'

/** How AWS is reached past the proxy. */
export function directOptions(url: string): ClientOptions {
  return { endpoint: url, region: localAws.region, credentials: localAws }
}

/**
 * What a deployed sweep reaches AWS with, past the proxy. Its clock is ahead, so that it need not wait until the
 * requests that failed have had their time. Takes over this process's AWS variables.
 */
export function sweepDeps(url: string): RotationDeps {
  Object.assign(process.env, functionEnvironment({ name: 'sweep', bundle: __filename, aws: url }))
  const table = { client: dynamoDbClient(), name: localAws.table }
  return {
    ...rotationDeps(readEnvironment(sweepVariables, process.env), table),
    now: () => addSeconds(new Date(), settleGraceSeconds + 1),
    log: { info: () => undefined, error: () => undefined },
  }
}

/** Makes the table, and so many sets of API keys. */
export async function prepareTable(url: string, sets: number): Promise<readonly Credentials[]> {
  const table = { client: dynamoDbClient(directOptions(url)), name: localAws.table }
  await createTable(table)
  const now = (): Date => new Date()
  const store = dynamoApiKeyStore(table, now)
  const keyOf = async (contract: Contract): Promise<string> => {
    const { permissions, plans } = contract.credentials
    const scope = { tenantIds: [faultTenant], permissions, plan: plans.at(-1) ?? null, expiresAt: null }
    return (await createApiKey(store, { now, randomBytes }, { contract, name: 'faults', ...scope })).text.reveal()
  }
  const made = Array.from({ length: sets }, async () => ({
    keyturn: await keyOf(keyturn),
    teambattles: await keyOf(teambattles),
    featurebase: await keyOf(featurebase),
  }))
  return Promise.all(made).finally(() => table.client.destroy())
}
