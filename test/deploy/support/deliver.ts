import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import { dynamoDbClient } from '../../../src/aws/clients'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import { leaseItemKey } from '../../../src/aws/item-keys'
import { toItem } from '../../../src/aws/items'
import { newDelivery, nextAttempt } from '../../../src/delivery/delivery'
import { queuedJson } from '../../../src/delivery/event'
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
  if (deliver !== null) await feed(deliver, access, table)
  return found(async () => {
    const { json } = await call('GET', `/v1/endpoints/${endpointId}/attempts`)
    const { data } = json as { readonly data: readonly unknown[] }
    return data.length === 0 ? undefined : data
  })
}

/**
 * What the queue would hand over: the event, and the delivery that is made of it. The emulator's queue keeps neither, since
 * it gives both to a function that does nothing. It also answers 500 to a condition on the size of what is not there, where
 * DynamoDB's is false, so the tenant's leases are there beforehand.
 */
async function feed(deliver: NonNullable<Deployment['deliver']>, access: AwsAccess, table: string): Promise<void> {
  const client = dynamoDbClient(access)
  const leases = toItem({ ...leaseItemKey(tenantId), leases: {} })
  await client.send(new PutItemCommand({ TableName: table, Item: leases }))
  const endpoint = await dynamoEndpointStore({ client, name: table }).load({ tenantId, endpointId })
  client.destroy()
  await deliver(JSON.stringify({ kind: 'event', tenantId, ...event }))
  const of = { endpointId, incarnationOf: endpoint?.incarnation ?? '', messageId: 'msg_proof' }
  await deliver(queuedJson(nextAttempt(newDelivery(of, { ...event, tenantId }, new Date()))))
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
