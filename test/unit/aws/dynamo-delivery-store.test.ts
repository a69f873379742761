import { ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoAttemptLog } from '../../../src/aws/dynamo-attempt-log'
import { dynamoDeliveryStore } from '../../../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import type { Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import type { AttemptRecord } from '../../../src/delivery/attempt'
import { type Delivery, newDelivery } from '../../../src/delivery/delivery'
import { noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'
import { embeddedTables } from './embedded-aws'

const event = { tenantId: 'org_1', id: 'evt_1', type: 'order.paid', at: noon, payload: { text: 'ünïcode', n: [null] } }
const of = { endpointId: 'ep_1', incarnationOf: 'inc_1', messageId: 'msg_1' }
const delivery = newDelivery(of, event, noon)
const address = { tenantId: 'org_1', endpointId: 'ep_1' }
const attempt: AttemptRecord = {
  id: 'att_1',
  messageId: 'msg_1',
  eventType: 'order.paid',
  kind: 'delivery',
  number: 1,
  at: noon,
  durationMs: 12,
  status: 200,
  error: null,
  response: 'ok',
  keyIds: ['key_1'],
}

const newTable = embeddedTables()
let table: Table
beforeEach(async () => {
  table = await newTable()
})

async function firstPage<Page>(pages: AsyncIterable<readonly Page[]>): Promise<readonly Page[]> {
  for await (const page of pages) return page
  return []
}

describe('an event', () => {
  it('is stored once: what came first is what counts', async () => {
    const store = dynamoDeliveryStore(table)
    expect(await store.keepEvent(event, noon)).toEqual(event)
    expect(await store.keepEvent({ ...event, payload: 'other' }, noon)).toEqual(event)
    expect(await store.loadEvent('org_1', 'evt_1')).toEqual(event)
    expect(await store.loadEvent('org_2', 'evt_1')).toBeNull()
  })

  it('is kept for 30 days from when it is stored, however long ago it happened', async () => {
    const at = new Date('2026-08-01T00:00:00.000Z')
    await dynamoDeliveryStore(table).keepEvent({ ...event, at }, noon)
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name }))
    expect(Items.map(item => unmarshall(item)['ttl'])).toEqual([noon.getTime() / 1000 + 30 * 24 * 3600])
  })
})

describe('a delivery', () => {
  it('is created once, and read as it was written', async () => {
    const store = dynamoDeliveryStore(table)
    expect(await store.save(delivery, null)).toBe('stored')
    expect(await store.save({ ...delivery, status: 'failed' }, null)).toBe('conflict')
    expect(await store.load(delivery)).toEqual(delivery)
    const failed: Delivery = { ...delivery, status: 'failed', attemptCount: 2, lastResponseStatus: 500, dlqAt: noon }
    expect(await store.save({ ...failed, errorMessage: 'no' }, delivery)).toBe('stored')
    expect(await store.load(delivery)).toEqual({ ...failed, errorMessage: 'no' })
  })

  it('is stored together with the attempt that delivered it, whatever is stored', async () => {
    const store = dynamoDeliveryStore(table)
    const delivered: Delivery = { ...delivery, status: 'success', attemptCount: 1, deliveredAt: noon }
    await store.save({ ...delivery, status: 'failed' }, null)
    await store.saveDelivered(delivered, attempt)
    expect(await store.load(delivery)).toEqual(delivered)
    expect(await store.recent(address, 10)).toEqual([delivered])
    const { items } = await dynamoAttemptLog(table).list(address, { limit: 10, after: null })
    expect(items).toEqual([attempt])
  })

  it('is saved only over what it was made from', async () => {
    const store = dynamoDeliveryStore(table)
    await store.save(delivery, null)
    await store.save({ ...delivery, attemptCount: 1 }, delivery)
    expect(await store.save({ ...delivery, attemptCount: 1, status: 'success' }, delivery)).toBe('conflict')
    expect(await store.save(delivery, { ...delivery, attemptCount: 1, status: 'failed' })).toBe('conflict')
    expect(await store.load(delivery)).toMatchObject({ attemptCount: 1, status: 'pending' })
  })

  it('is due in its own shards, where no endpoint is, until its time is taken away', async () => {
    const store = dynamoDeliveryStore(table)
    const endpoints = dynamoEndpointStore(table)
    await endpoints.create(sampleEndpoint({ dueAt: noon }), vacant)
    const late = { ...delivery, dueAt: addSeconds(noon, 60) }
    await store.save(late, null)
    await store.save({ ...delivery, messageId: 'msg_2', dueAt: noon }, null)
    expect(await firstPage(store.due(noon, 10))).toEqual([{ tenantId: 'org_1', messageId: 'msg_2' }])
    const due = endpoints.due({ kind: 'unsettled', since: null, until: noon })
    expect(await firstPage(due)).toEqual([{ ...address, dueAt: noon }])
    const later = await firstPage(store.due(addSeconds(noon, 60), 10))
    expect(later.map(({ messageId }) => messageId)).toEqual(['msg_2', 'msg_1'])
    await store.save({ ...late, dueAt: null }, late)
    expect(await firstPage(store.due(addSeconds(noon, 60), 10))).toHaveLength(1)
  })

  it('of one endpoint is in any shard, so that a backlog is read and drained like that of many', async () => {
    const store = dynamoDeliveryStore(table)
    const ids = Array.from({ length: 40 }, (_, index) => `msg_${index}`)
    await Promise.all(ids.map(messageId => store.save({ ...delivery, messageId, dueAt: noon }, null)))
    const pages: (readonly string[])[] = []
    for await (const page of store.due(noon, 1)) pages.push(page.map(({ messageId }) => messageId))
    expect(pages[0]?.length).toBeGreaterThan(8)
    expect(pages.flat().toSorted()).toEqual(ids.toSorted())
  })
})
