import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import type { AuditRecord } from '../rotation/change'
import type { AuditLog, EndpointAddress, Page, PageRequest } from '../rotation/ports'
import { actor } from './dynamo-endpoint-store'
import { endpointPartition, rotationPrefix } from './item-keys'
import { count, decodeItem, instant, type Item, orNull, toItem, valuesOf } from './items'
import { pageOf, queryItems } from './queries'
import type { Table } from './table'

const schema = v.object({
  id: v.string(),
  tenantId: v.string(),
  endpointId: v.string(),
  kind: v.picklist(['create', 'rotate', 'revoke', 'replay']),
  keyId: v.string(),
  version: count,
  at: instant,
  actor,
  reason: orNull(v.string()),
  overlapSeconds: count,
})

/** Audit records in DynamoDB, under a key made of time and id: the same record is the same item. */
export function dynamoAuditLog(table: Table): AuditLog {
  return {
    record: async (record, signal) => {
      const put = new PutItemCommand({ TableName: table.name, Item: auditItem(record) })
      await table.client.send(put, { abortSignal: signal })
    },
    list: (key, page) => list(table, key, page),
  }
}

async function list(table: Table, key: EndpointAddress, { limit, after }: PageRequest): Promise<Page<AuditRecord>> {
  const pk = endpointPartition(key)
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: valuesOf(Object.entries({ pk, prefix: rotationPrefix })),
    ScanIndexForward: false,
    ConsistentRead: true,
  }
  const start = after === null ? null : { pk, sk: rotationPrefix + after }
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  return pageOf(items.map(auditRecordOf), limit, place)
}

function auditItem(record: AuditRecord): Item {
  return toItem({ pk: endpointPartition(record), sk: rotationPrefix + place(record), ...record })
}

function auditRecordOf(item: Item): AuditRecord {
  return decodeItem(schema, item)
}

/** Sorts by time; the id tells apart what happened in one millisecond. */
function place({ at, id }: AuditRecord): string {
  return `${at.toISOString()}#${id}`
}
