import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { TenantRecord } from '../access/tenant-record'
import { placeInTime, tenantRecordItemKey } from './item-keys'
import { toItem } from './items'

/**
 * The write of a record about a tenant, to be made in one transaction with what it tells of. All of a tenant's are in one
 * partition by their time, and the same record is the same item.
 */
export function putTenantRecord({ name }: { readonly name: string }, record: TenantRecord): TransactWriteItem {
  const itemKey = tenantRecordItemKey(record.tenantId, placeInTime(record))
  return { Put: { TableName: name, Item: toItem({ ...itemKey, ...record }) } }
}
