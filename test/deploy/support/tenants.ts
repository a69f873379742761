import { randomBytes } from 'node:crypto'
import { seedApiKeys, type SeededKeys } from '../../../local/seed'
import { seedPlan } from '../../../local/seed-plan'
import { createApiKey } from '../../../src/access/create-api-key'
import { dynamoDbClient } from '../../../src/aws/clients'
import { dynamoApiKeyStore } from '../../../src/aws/dynamo-api-key-store'
import type { Contract } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { apiCaller } from '../../support/api-caller'
import type { AwsAccess } from './deployed-api'
import { acme } from './own-contract'

export type ContractName = keyof typeof seedPlan | 'acme'

interface Place {
  readonly contract: Contract
  readonly tenantId: string
  readonly endpointId: string
}

/** Where each contract's one endpoint is. */
export function placeOf(name: ContractName): Place {
  if (name !== 'acme') return seedPlan[name]
  return { contract: acme, tenantId: 'org_acme', endpointId: 'ac3e0000-0000-4000-8000-000000000001' }
}

export interface Credentials {
  readonly keys: SeededKeys
  /** May do everything at our own API, for every tenant. */
  readonly operator: string
  readonly acmeKey: string
}

/** Makes the tenants' API keys in the deployed table, as `npm run keys` does. */
export async function makeKeys(access: AwsAccess, tableName: string): Promise<Credentials> {
  const client = dynamoDbClient(access)
  const now = (): Date => new Date()
  const store = dynamoApiKeyStore({ client, name: tableName }, now)
  const make = async (contract: Contract, tenantIds: readonly string[]): Promise<string> => {
    const { permissions } = contract.credentials
    const request = { contract, name: 'proof', tenantIds, permissions, plan: null, expiresAt: null }
    return (await createApiKey(store, { now, randomBytes }, request)).text.reveal()
  }
  const tenants = [...Object.values(seedPlan), placeOf('acme')].map(({ tenantId }) => tenantId)
  const keys = await seedApiKeys(store, now)
  const credentials = { keys, operator: await make(keyturn, tenants), acmeKey: await make(acme, ['org_acme']) }
  client.destroy()
  return credentials
}

/** Creates a contract's endpoint through the deployed API. Returns the secret that was revealed. */
export async function createEndpoint(api: string, operator: string, name: ContractName): Promise<string> {
  const { tenantId, endpointId: id } = placeOf(name)
  const reply = await apiCaller(api).call('POST', '/v1/endpoints', {
    token: operator,
    headers: { 'keyturn-tenant': tenantId },
    body: { contract: name, id, url: `https://receiver.example/${name}` },
  })
  if (reply.status !== 201) throw new Error(`creating the endpoint of ${name} answered ${reply.status}: ${reply.text}`)
  return (reply.json as { signingSecret: string }).signingSecret
}
