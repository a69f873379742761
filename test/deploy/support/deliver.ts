import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import { dynamoDbClient } from '../../../src/aws/clients'
import { apiCaller } from '../../support/api-caller'
import type { AwsAccess } from './deployed-api'
import type { Deployment } from './deployment'
import { addressOf } from './tenants'

const { tenantId, endpointId } = addressOf('keyturn')
const event = { type: 'proof.made', payload: { made: true }, id: 'evt_proof' }

/** Publishes an event for Keyturn's endpoint, whose URL is one that must not be reached. Resolves to its attempts. */
export async function deliverOnce(
  { api, deliver, apiKeys }: Deployment,
  access: AwsAccess,
  table: string,
): Promise<readonly unknown[]> {
  const call = (method: string, path: string, body?: unknown) =>
    apiCaller(api).call(method, path, { token: apiKeys.operator, headers: { 'keyturn-tenant': tenantId }, body })
  await call('PATCH', `/v1/endpoints/${endpointId}`, { url: 'https://127.0.0.1/' })
  const published = await call('POST', '/v1/events', event)
  if (published.status !== 202) throw new Error(`publishing answered ${published.status}: ${published.text}`)
  await deliver?.(JSON.stringify({ kind: 'event', tenantId, ...event }))
  const messageId = await messageIdIn(access, table)
  await deliver?.(JSON.stringify({ kind: 'delivery', tenantId, endpointId, messageId, attempt: 0 }))
  return found(async () => {
    const { json } = await call('GET', `/v1/endpoints/${endpointId}/attempts`)
    const { data } = json as { readonly data: readonly unknown[] }
    return data.length === 0 ? undefined : data
  })
}

/** What `look` finds. It looks again for 15 s. */
async function found<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (let tries = 0; tries < 30; tries += 1) {
    const result = await look()
    if (result !== undefined) return result
    await delay(500)
  }
  throw new Error('it did not come')
}

/** The message id of the tenant's only delivery, once it is there. */
async function messageIdIn(access: AwsAccess, table: string): Promise<string> {
  const client = dynamoDbClient(access)
  const query = new QueryCommand({
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: `DELIVERIES#${tenantId}` }, ':prefix': { S: 'DELIVERY#' } },
  })
  try {
    return await found(async () => {
      const { Items: [item] = [] } = await client.send(query)
      return item && String(unmarshall(item)['messageId'])
    })
  } finally {
    client.destroy()
  }
}
