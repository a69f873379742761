import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, it } from '@jest/globals'
import type { PortalRecord } from '../../../src/access/tenant-record'
import { dynamoAuditLog } from '../../../src/aws/dynamo-audit-log'
import { dynamoPortalSessionStore } from '../../../src/aws/dynamo-portal-session-store'
import type { Table } from '../../../src/aws/table'
import { portalSessionStoreSuite, samplePortalSession } from '../../support/suites/portal-session-store'
import { noon } from '../../support/suites/sample-endpoint'
import { embeddedTables } from './embedded-aws'

const newTable = embeddedTables()

async function storedRecords(table: Table, tenantId: string): Promise<readonly PortalRecord[]> {
  const { Items = [] } = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: marshall({ ':pk': `AUDIT#${tenantId}` }),
    }),
  )
  return Items.map(item => {
    const { pk: _pk, sk: _sk, at, expiresAt, ...record } = unmarshall(item)
    const times = { at: new Date(at), expiresAt: expiresAt === undefined ? null : new Date(expiresAt) }
    return { sessionId: null, subject: null, endpointIds: null, ...record, ...times } as unknown as PortalRecord
  })
}

describe('dynamoPortalSessionStore', () => {
  portalSessionStoreSuite(async () => {
    const table = await newTable()
    const recordsOf = (tenantId: string) => storedRecords(table, tenantId)
    return { store: dynamoPortalSessionStore(table), recordsOf, close: async () => undefined }
  })

  it('is in the tenant’s audit, as what somebody got and lost', async () => {
    const table = await newTable()
    const store = dynamoPortalSessionStore(table)
    const session = samplePortalSession('a')
    await store.create(session)
    const by = { kind: 'portal', id: 'user-7' } as const
    await store.end('acme', session.id, { id: 'end_1', at: new Date(noon.getTime() + 1), by })
    const { items } = await dynamoAuditLog(table).listOfTenant('acme', { limit: 10, after: null, since: null })
    const expiresAt = session.expiresAt.toISOString()
    expect(items).toEqual([
      {
        id: `${session.id}-ended`,
        endpointId: null,
        kind: 'end-portal-session',
        at: new Date(noon.getTime() + 1),
        actor: by,
        reason: null,
        changed: {
          sessionId: { from: session.id, to: null },
          subject: { from: 'user-7', to: null },
          scopes: { from: ['read', 'rotate'], to: [] },
          expiresAt: { from: expiresAt, to: null },
        },
      },
      {
        id: `${session.id}-created`,
        endpointId: null,
        kind: 'create-portal-session',
        at: noon,
        actor: { kind: 'api-key', id: 'key_1' },
        reason: null,
        changed: {
          sessionId: { from: null, to: session.id },
          subject: { from: null, to: 'user-7' },
          scopes: { from: [], to: ['read', 'rotate'] },
          expiresAt: { from: null, to: expiresAt },
        },
      },
    ])
  })

  it('is in the tenant’s audit once all are ended, saying whose, and nothing where that is everybody', async () => {
    const table = await newTable()
    const store = dynamoPortalSessionStore(table)
    const by = { kind: 'api-key', id: 'key_1' } as const
    await store.endAll('acme', 'user-7', { id: 'end_1', at: noon, by })
    await store.endAll('acme', null, { id: 'end_2', at: new Date(noon.getTime() + 1), by })
    const { items } = await dynamoAuditLog(table).listOfTenant('acme', { limit: 10, after: null, since: null })
    expect(items).toMatchObject([
      { id: 'end_2', kind: 'end-portal-sessions' },
      { id: 'end_1', kind: 'end-portal-sessions' },
    ])
    expect(items.map(({ changed }) => changed)).toEqual([{}, { subject: { from: 'user-7', to: null } }])
  })
})
