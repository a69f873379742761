import { randomBytes } from 'node:crypto'
import type { LocalDescription } from '../../local/local-description'
import { createApiKey } from '../../src/access/create-api-key'
import { dynamoDbClient } from '../../src/aws/clients'
import { dynamoApiKeyStore } from '../../src/aws/dynamo-api-key-store'
import { permissionsForNamedTenants } from '../../src/contracts/contract'
import { keyturn } from '../../src/contracts/keyturn'

/** An API key of our own API with every permission at the tenants of a local run. */
export async function platformKey(local: LocalDescription, tenantIds: readonly string[]): Promise<string> {
  const { aws, region, accessKeyId, secretAccessKey, table } = local
  const client = dynamoDbClient({ endpoint: aws, region, credentials: { accessKeyId, secretAccessKey } })
  const now = (): Date => new Date()
  const permissions = permissionsForNamedTenants(keyturn)
  const request = { contract: keyturn, name: 'platform', tenantIds, permissions, plan: null, expiresAt: null }
  const { text } = await createApiKey(dynamoApiKeyStore({ client, name: table }, now), { now, randomBytes }, request)
  client.destroy()
  return text.reveal()
}
