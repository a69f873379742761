import { DeleteItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
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

  it('lists what happened to a tenant’s access among it, as what an API key had or lost', async () => {
    const table = await newTable()
    const log = dynamoAuditLog(table)
    const put = async (id: string, more: Readonly<Record<string, unknown>>): Promise<void> => {
      const at = addSeconds(noon, 1).toISOString()
      const itemKey = { pk: 'AUDIT#org_1', sk: `${at}#${id}` }
      const record = { id, tenantId: 'org_1', at, apiKeyId: 'key_a', apiKeyName: 'ci', contract: 'keyturn', ...more }
      await table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall({ ...itemKey, ...record }) }))
    }
    const permissions = ['endpoints:read']
    const by = { actor: { kind: 'operator', id: 'ann' }, permissions }
    await put('key_a-created', { kind: 'create-api-key', ...by, expiresAt: '2027-01-01T00:00:00.000Z' })
    await put('key_a-revoked', { kind: 'revoke-api-key', ...by })
    const { items } = await log.listOfTenant('org_1', { limit: 10, after: null, since: null })
    const had = { apiKeyId: 'key_a', name: 'ci', contract: 'keyturn' }
    const common = { endpointId: null, at: addSeconds(noon, 1), actor: by.actor, reason: null }
    expect(items).toEqual([
      {
        ...common,
        id: 'key_a-revoked',
        kind: 'revoke-api-key',
        changed: { ...changesOf(had, 'from'), permissions: { from: permissions, to: [] } },
      },
      {
        ...common,
        id: 'key_a-created',
        kind: 'create-api-key',
        changed: {
          ...changesOf({ ...had, expiresAt: '2027-01-01T00:00:00.000Z' }, 'to'),
          permissions: { from: [], to: permissions },
        },
      },
    ])
  })

  it('takes a record again whose second item was not stored', async () => {
    const table = await newTable()
    const log = dynamoAuditLog(table)
    const record = {
      id: 'chg_1',
      tenantId: 'org_1',
      endpointId: 'ep_1',
      kind: 'promote',
      keyId: 'key_1',
      version: 1,
      at: noon,
      actor: { kind: 'api-key', id: 'ak_1' },
      reason: null,
      overlapSeconds: 0,
    } as const
    await log.record(record, unhurried)
    const Key = marshall({ pk: 'AUDIT#org_1', sk: `${noon.toISOString()}#chg_1` })
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key }))
    const whole = { limit: 10, after: null, since: null }
    expect((await log.listOfTenant('org_1', whole)).items).toEqual([])
    await log.record(record, unhurried)
    expect((await log.listOfTenant('org_1', whole)).items).toEqual([record])
    expect((await log.listAll(record, whole)).items).toEqual([record])
  })
})

/** What was set, or what was lost. */
function changesOf(had: Readonly<Record<string, string>>, side: 'from' | 'to'): object {
  const none = { from: null, to: null }
  return Object.fromEntries(Object.entries(had).map(([name, value]) => [name, { ...none, [side]: value }]))
}
