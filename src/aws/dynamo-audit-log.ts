import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import * as v from 'valibot'
import { type AuditRecord, isOfSettings } from '../rotation/change'
import type { AuditLog, EndpointAddress, Page, PageRequest } from '../rotation/ports'
import { actor, changedSettings } from './dynamo-endpoint-store'
import { auditItemKey, auditPartition, auditPrefix, placeInTime, settingsAuditItemKey } from './item-keys'
import { count, decodeItem, instant, orNull, toItem, valuesOf } from './items'
import { pageOf, queryItems } from './queries'
import type { Table } from './table'

/** Audit records in DynamoDB, under an item key made of time and id: the same record is the same item. */
export function dynamoAuditLog(table: Table): AuditLog {
  return {
    record: async (record, signal) => {
      const itemKeyOf = isOfSettings(record) ? settingsAuditItemKey : auditItemKey
      const item = toItem({ ...itemKeyOf(record, placeInTime(record)), ...record })
      await table.client.send(new PutItemCommand({ TableName: table.name, Item: item }), { abortSignal: signal })
    },
    list: (address, page) => list(table, address, page),
  }
}

async function list(table: Table, address: EndpointAddress, { limit, after }: PageRequest): Promise<Page<AuditRecord>> {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: valuesOf({ pk: auditPartition(address), prefix: auditPrefix }),
    ScanIndexForward: false,
    ConsistentRead: true,
  }
  const start = after === null ? null : auditItemKey(address, after)
  const items = await queryItems(table, query, { after: start, limit: limit + 1 })
  const records = items.map(item => decodeItem(schema, item))
  return pageOf(records, limit, placeInTime)
}

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
  changed: v.exactOptional(changedSettings),
})
