import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndpointAddress } from '../../../src/rotation/ports'
import type { ControlPlaneBed } from './bed'

export type StoredRecord = Readonly<Record<string, unknown>>

/** The audit records of an endpoint as they are in the table, oldest first: under the endpoint, by time. */
export async function auditItems(
  { table }: ControlPlaneBed,
  { tenantId, endpointId }: EndpointAddress,
): Promise<readonly StoredRecord[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': { S: `ENDPOINT#${tenantId}#${endpointId}` }, ':sk': { S: 'ROTATION#' } },
      ConsistentRead: true,
    }),
  )
  return Items.map(item => unmarshall(item))
}

export interface PublishedEvent {
  readonly source: string
  readonly 'detail-type': string
  readonly detail: StoredRecord
}

/** The events that were published of an endpoint, in the order they came. */
export async function publishedEvents(
  { run }: ControlPlaneBed,
  { tenantId, endpointId }: EndpointAddress,
): Promise<readonly PublishedEvent[]> {
  const lines = await jsonLines(join(run.dataDir, 'aws', 'events.ndjson'))
  // The embedded EventBridge writes events as their targets would see them.
  const events = lines as readonly PublishedEvent[]
  return events.filter(({ detail }) => detail['tenantId'] === tenantId && detail['endpointId'] === endpointId)
}

/** What the functions logged under a request's id. */
export async function logLines({ run }: ControlPlaneBed, requestId: string): Promise<readonly unknown[]> {
  const files = ['rotate', 'endpoints'].map(name => join(run.dataDir, 'logs', `${name}.ndjson`))
  const lines = (await Promise.all(files.map(jsonLines))).flat()
  return lines.filter(line => Object(line)['requestId'] === requestId)
}

async function jsonLines(file: string): Promise<readonly unknown[]> {
  const text = await readFile(file, 'utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown)
}
