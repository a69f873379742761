import { randomBytes } from 'node:crypto'
import { seedApiKeys, type SeededKeys } from '../../../local/seed'
import { seedPlan } from '../../../local/seed-plan'
import { createApiKey } from '../../../src/access/create-api-key'
import { dynamoDbClient } from '../../../src/aws/clients'
import { dynamoApiKeyStore } from '../../../src/aws/dynamo-api-key-store'
import { type Contract, permissionsForNamedTenants } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { thesignup } from '../../../src/contracts/thesignup'
import { apiCaller, textAt } from '../../support/api-caller'
import type { AwsAccess } from './deployed-api'

export type ContractName = keyof typeof seedPlan | 'acme'

/** Where each contract's one endpoint is found. */
export function addressOf(name: ContractName): { readonly tenantId: string; readonly endpointId: string } {
  if (name !== 'acme') return seedPlan[name]
  return { tenantId: 'org_acme', endpointId: 'ac3e0000-0000-4000-8000-000000000001' }
}

/** A contract that does not come with Keyturn, as a platform engineer would name it in the configuration. */
export const acme = {
  ...thesignup,
  name: 'acme',
  credentials: { ...thesignup.credentials, apiKey: { prefix: 'acme_', encoding: 'base64url', bytes: 32 } },
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/hooks/{id}/roll',
      access: { apiKey: {} },
      reply: { status: 200, body: { hook: 'id', secret: 'signingSecret' } },
    },
  ],
} as const satisfies Contract

export interface ApiKeys {
  /** The tenants' own, as the local run has them. */
  readonly seeded: SeededKeys
  readonly acme: string
  /** May do everything at our own API, for every tenant. */
  readonly operator: string
}

/** Makes the API keys in the deployed table, as `npm run keys` does. */
export async function makeApiKeys(access: AwsAccess, tableName: string): Promise<ApiKeys> {
  const client = dynamoDbClient(access)
  const now = (): Date => new Date()
  const store = dynamoApiKeyStore({ client, name: tableName }, now)
  const make = async (contract: Contract, tenantIds: readonly string[]): Promise<string> => {
    const permissions = permissionsForNamedTenants(contract)
    const request = { contract, name: 'proof', tenantIds, permissions, plan: null, expiresAt: null }
    return (await createApiKey(store, { now, randomBytes }, request)).text.reveal()
  }
  const { tenantId } = addressOf('acme')
  const tenants = [...Object.values(seedPlan).map(each => each.tenantId), tenantId]
  const seeded = await seedApiKeys(store, now)
  const keys = { seeded, operator: await make(keyturn, tenants), acme: await make(acme, [tenantId]) }
  client.destroy()
  return keys
}

/** Creates the contract's endpoint through the deployed API. Returns the secret that was revealed. */
export async function createEndpoint(
  { api, apiKeys }: { readonly api: string; readonly apiKeys: ApiKeys },
  name: ContractName,
): Promise<string> {
  const { tenantId, endpointId: id } = addressOf(name)
  const reply = await apiCaller(api).call('POST', '/v1/endpoints', {
    token: apiKeys.operator,
    headers: { 'keyturn-tenant': tenantId },
    body: { contract: name, id, url: `https://receiver.example/${name}` },
  })
  if (reply.status !== 201) throw new Error(`creating the endpoint of ${name} answered ${reply.status}: ${reply.text}`)
  return textAt(reply, 'signingSecret')
}
