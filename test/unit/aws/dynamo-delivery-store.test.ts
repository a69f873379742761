import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoAttemptLog } from '../../../src/aws/dynamo-attempt-log'
import { dynamoAuditLog } from '../../../src/aws/dynamo-audit-log'
import { dynamoDeliveryStore } from '../../../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import { dynamoSubscriberIndex } from '../../../src/aws/dynamo-subscriber-index'
import { subscriberIndex, type Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import type { AttemptRecord } from '../../../src/delivery/attempt'
import { type Delivery, newDelivery } from '../../../src/delivery/delivery'
import { changed, deleted, noon, sampleEndpoint } from '../../support/suites/sample-endpoint'
import { unhurried } from '../../support/suites/signals'
import { type EmbeddedTables, startTables } from './embedded-aws'

const event = { tenantId: 'org_1', id: 'evt_1', type: 'order.paid', at: noon, payload: { text: 'ünïcode', n: [null] } }
const of = { endpointId: 'ep_1', incarnationOf: 'inc_1', messageId: 'msg_1' }
const delivery = newDelivery(of, event, noon)
const key = { tenantId: 'org_1', endpointId: 'ep_1' }

let tables: EmbeddedTables
let table: Table
beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.close())
beforeEach(async () => {
  table = await tables.newTable()
})

function attempt(over: Partial<AttemptRecord>): AttemptRecord {
  return {
    id: 'att_1',
    messageId: 'msg_1',
    eventType: 'order.paid',
    kind: 'delivery',
    number: 1,
    at: noon,
    durationMs: 12,
    status: null,
    error: 'timeout',
    response: '',
    keyIds: ['key_2', 'key_1'],
    ...over,
  }
}

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
    expect(await store.create(delivery)).toBe('stored')
    expect(await store.create({ ...delivery, status: 'failed' })).toBe('conflict')
    expect(await store.load(delivery)).toEqual(delivery)
    const failed: Delivery = { ...delivery, status: 'failed', attemptCount: 2, lastResponseStatus: 500, dlqAt: noon }
    expect(await store.save({ ...failed, errorMessage: 'no' }, delivery)).toBe('stored')
    expect(await store.load(delivery)).toEqual({ ...failed, errorMessage: 'no' })
  })

  it('is saved only over what it was made from', async () => {
    const store = dynamoDeliveryStore(table)
    await store.create(delivery)
    await store.save({ ...delivery, attemptCount: 1 }, delivery)
    expect(await store.save({ ...delivery, attemptCount: 1, status: 'success' }, delivery)).toBe('conflict')
    expect(await store.save(delivery, { ...delivery, attemptCount: 1, status: 'failed' })).toBe('conflict')
    expect(await store.load(delivery)).toMatchObject({ attemptCount: 1, status: 'pending' })
  })

  it('is due in its own shards, where no endpoint is, until its time is taken away', async () => {
    const store = dynamoDeliveryStore(table)
    const endpoints = dynamoEndpointStore(table)
    await endpoints.create(sampleEndpoint({ dueAt: noon }), null)
    const late = { ...delivery, dueAt: addSeconds(noon, 60) }
    await store.create(late)
    await store.create({ ...delivery, messageId: 'msg_2', dueAt: noon })
    expect(await firstPage(store.due(noon, 10))).toEqual([{ tenantId: 'org_1', messageId: 'msg_2' }])
    const due = endpoints.due({ kind: 'unsettled', since: null, until: noon })
    expect(await firstPage(due)).toEqual([{ ...key, dueAt: noon }])
    const later = await firstPage(store.due(addSeconds(noon, 60), 10))
    expect(later.map(({ messageId }) => messageId)).toEqual(['msg_2', 'msg_1'])
    await store.save({ ...late, dueAt: null }, late)
    expect(await firstPage(store.due(addSeconds(noon, 60), 10))).toHaveLength(1)
  })

  it('of one endpoint is in any shard, so that a backlog is read and drained like that of many', async () => {
    const store = dynamoDeliveryStore(table)
    const ids = Array.from({ length: 40 }, (_, index) => `msg_${index}`)
    await Promise.all(ids.map(messageId => store.create({ ...delivery, messageId, dueAt: noon })))
    const pages: (readonly string[])[] = []
    for await (const page of store.due(noon, 1)) pages.push(page.map(({ messageId }) => messageId))
    expect(pages[0]?.length).toBeGreaterThan(8)
    expect(pages.flat().toSorted()).toEqual(ids.toSorted())
  })
})

describe('attempts', () => {
  it('are listed newest first, page by page, of one endpoint', async () => {
    const log = dynamoAttemptLog(table)
    const all = [0, 1, 2].map(n => attempt({ id: `att_${n}`, at: addSeconds(noon, n), number: n + 1 }))
    for (const each of all) await log.record(key, each)
    await log.record({ ...key, endpointId: 'ep_2' }, attempt({ id: 'att_other' }))
    const first = await log.list(key, { limit: 2, after: null })
    expect(first.items).toEqual([all[2], all[1]])
    expect(await log.list(key, { limit: 2, after: first.next })).toEqual({ items: [all[0]], next: null })
  })

  it('lead to the deliveries that are failed, oldest first, page by page, from a time or a place up to a time', async () => {
    const log = dynamoAttemptLog(table)
    const store = dynamoDeliveryStore(table)
    const made = [0, 1, 2, 3].map((n): Delivery => {
      const status = n === 1 ? 'success' : 'failed'
      return { ...delivery, messageId: `msg_${n}`, status, createdAt: addSeconds(noon, n) }
    })
    for (const [n, each] of made.entries()) {
      const { messageId, createdAt: at } = each
      await store.create(each)
      if (n === 2) await log.recordUnattempted(each, at)
      else await log.record(key, attempt({ id: `att_${n}`, messageId, at }))
    }
    await log.record(key, attempt({ id: 'att_again', messageId: 'msg_0', at: addSeconds(noon, 2) }))
    await log.record(key, attempt({ id: 'att_test', messageId: 'msg_3', kind: 'test' }))
    const range = { after: noon.toISOString(), until: addSeconds(noon, 3), limit: 100 }
    const { items, next } = await store.failedAfter(key, range)
    expect(items.map(each => each.delivery)).toEqual([made[0], made[2], made[3]])
    expect(next).toBeNull()
    const after = items[0]?.place ?? ''
    const rest = await store.failedAfter(key, { ...range, after, until: addSeconds(noon, 2) })
    expect(rest.items.map(each => each.delivery.messageId)).toEqual(['msg_0', 'msg_2'])
    const found: string[] = []
    for (let place: string | null = range.after; place !== null;) {
      const page = await store.failedAfter(key, { ...range, after: place, limit: 1 })
      found.push(...page.items.map(each => each.delivery.messageId))
      place = page.next
    }
    expect([...new Set(found)]).toEqual(['msg_0', 'msg_2', 'msg_3'])
    expect(await store.failedAfter(key, { ...range, after: addSeconds(noon, 9).toISOString() })).toEqual({
      items: [],
      next: null,
    })
  })

  it('lead to the deliveries that they were of, each once and newest first; tests lead nowhere', async () => {
    const log = dynamoAttemptLog(table)
    const store = dynamoDeliveryStore(table)
    for (let n = 0; n < 5; n += 1) {
      const createdAt = addSeconds(noon, n)
      await store.create({ ...delivery, messageId: `msg_${n}`, createdAt })
      await log.record(key, attempt({ id: `att_${n}`, messageId: `msg_${n}`, at: createdAt }))
      await log.record(key, attempt({ id: `att_test_${n}`, messageId: `msg_test_${n}`, at: createdAt, kind: 'test' }))
      await log.record(key, attempt({ id: `att_again_${n}`, messageId: 'msg_0', at: addSeconds(noon, 60 + n) }))
    }
    const recent = async (limit: number) => (await store.recent(key, limit)).map(({ messageId }) => messageId)
    expect(await recent(10)).toEqual(['msg_4', 'msg_3', 'msg_2', 'msg_1', 'msg_0'])
    expect(await recent(2)).toEqual(['msg_4', 'msg_0'])
  })
})

describe('a delivery that failed without an attempt', () => {
  it('is among the endpoint’s deliveries, and not among its attempts', async () => {
    const log = dynamoAttemptLog(table)
    const store = dynamoDeliveryStore(table)
    await store.create(delivery)
    await log.record(key, attempt({ messageId: 'msg_2' }))
    await log.recordUnattempted(delivery, noon)
    await log.recordUnattempted(delivery, addSeconds(noon, 5))
    expect(await store.recent(key, 10)).toEqual([delivery])
    expect((await log.list(key, { limit: 10, after: null })).items).toEqual([attempt({ messageId: 'msg_2' })])
  })
})

describe('the index of subscribers', () => {
  it('has endpoints alone, without their key rings', async () => {
    await dynamoEndpointStore(table).create(sampleEndpoint(), null)
    const store = dynamoDeliveryStore(table)
    await store.keepEvent(event, noon)
    await store.create(delivery)
    const record = { ...key, id: 'rot_1', kind: 'rotate', keyId: 'key_1', version: 1, at: noon } as const
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
      await endpoints.create(sampleEndpoint({ id: `ep_${n}`, incarnation: `inc_${n}` }), null)
    await endpoints.create(sampleEndpoint({ tenantId: 'org_2' }), null)
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
