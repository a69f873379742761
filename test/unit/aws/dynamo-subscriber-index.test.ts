import { QueryCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoAuditLog } from '../../../src/aws/dynamo-audit-log'
import { dynamoDeliveryStore } from '../../../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import { dynamoSubscriberIndex } from '../../../src/aws/dynamo-subscriber-index'
import { subscriberIndex, type Table } from '../../../src/aws/table'
import { newDelivery } from '../../../src/delivery/delivery'
import { changed, deleted, noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { unhurried } from '../../support/suites/signals'
import { embeddedTables } from './embedded-aws'

const event = { tenantId: 'org_1', id: 'evt_1', type: 'order.paid', at: noon, payload: { text: 'ünïcode', n: [null] } }
const of = { endpointId: 'ep_1', incarnationOf: 'inc_1', messageId: 'msg_1' }
const delivery = newDelivery(of, event, noon)
const address = { tenantId: 'org_1', endpointId: 'ep_1' }

const newTable = embeddedTables()
let table: Table
beforeEach(async () => {
  table = await newTable()
})

describe('the index of subscribers', () => {
  it('has endpoints alone, without their key rings', async () => {
    await dynamoEndpointStore(table).create(sampleEndpoint(), vacant)
    const store = dynamoDeliveryStore(table)
    await store.keepEvent(event, noon)
    await store.save(delivery, null)
    const record = { ...address, id: 'rot_1', kind: 'rotate', keyId: 'key_1', version: 1, at: noon } as const
    const actor = { kind: 'session', id: 'user_1' } as const
    await dynamoAuditLog(table).record({ ...record, actor, reason: null, overlapSeconds: 0 }, unhurried)
    const query = new QueryCommand({
      TableName: table.name,
      IndexName: subscriberIndex,
      KeyConditionExpression: 'tenantId = :tenantId',
      ExpressionAttributeValues: { ':tenantId': { S: 'org_1' } },
    })
    const { Items = [] } = await table.client.send(query)
    const names = Items.map(item => Object.keys(unmarshall(item)).sort())
    expect(names).toEqual([['contract', 'id', 'incarnation', 'pk', 'settings', 'sk', 'tenantId']])
  })

  it('gives each live endpoint of the tenant once, page by page, as its settings are', async () => {
    const endpoints = dynamoEndpointStore(table)
    for (let n = 1; n <= 5; n += 1)
      await endpoints.create(sampleEndpoint({ id: `ep_${n}`, incarnation: `inc_${n}` }), vacant)
    await endpoints.create(sampleEndpoint({ tenantId: 'org_2' }), vacant)
    const gone = sampleEndpoint({ id: 'ep_2', incarnation: 'inc_2' })
    await endpoints.commit(deleted(gone), gone.revision)
    const moved = sampleEndpoint({ id: 'ep_3', incarnation: 'inc_3' })
    await endpoints.commit(changed(moved), moved.revision)
    const index = dynamoSubscriberIndex(table)
    const first = await index.list('org_1', { limit: 2, after: null })
    const second = await index.list('org_1', { limit: 2, after: first.next })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['ep_1', 'ep_3', 'ep_4', 'ep_5'])
    expect(second.next).toBeNull()
    expect(first.items[1]?.settings.url).toBe('https://example.com/3')
  })
})
