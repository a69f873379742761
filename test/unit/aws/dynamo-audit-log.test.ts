import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, it } from '@jest/globals'
import { dynamoAuditLog } from '../../../src/aws/dynamo-audit-log'
import { auditLogSuite } from '../../support/suites/audit-log'
import { noon } from '../../support/suites/sample-endpoint'
import { unhurried } from '../../support/suites/signals'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

describe('dynamoAuditLog', () => {
  auditLogSuite(async () => ({ log: dynamoAuditLog(await newTable()), close: async () => undefined }))

  it('keeps who changed which setting, what before and what after, beside the ring’s records', async () => {
    const table = await newTable()
    const record = {
      id: 'chg_1',
      tenantId: 'org_1',
      endpointId: 'ep_1',
      kind: 'update',
      keyId: 'key_1',
      version: 1,
      at: noon,
      actor: { kind: 'api-key', id: 'ak_1' },
      reason: null,
      overlapSeconds: 0,
      changed: { url: { from: null, to: 'https://a.example/' }, consumers: { from: ['1'], to: [] } },
    } as const
    await dynamoAuditLog(table).record(record, unhurried)
    const Key = marshall({ pk: 'ENDPOINT#org_1#ep_1', sk: `SETTINGS#${noon.toISOString()}#chg_1` })
    const { Item = {} } = await table.client.send(new GetItemCommand({ TableName: table.name, Key }))
    const { reason: _, ...kept } = record
    expect(unmarshall(Item)).toMatchObject({ ...kept, at: noon.toISOString() })
  })
})
