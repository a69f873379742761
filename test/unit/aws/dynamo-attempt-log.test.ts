import { beforeEach, describe, expect, it } from '@jest/globals'
import { attemptItem, dynamoAttemptLog } from '../../../src/aws/dynamo-attempt-log'
import { dynamoDeliveryStore } from '../../../src/aws/dynamo-delivery-store'
import type { Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import type { AttemptRecord } from '../../../src/delivery/attempt'
import { type Delivery, newDelivery } from '../../../src/delivery/delivery'
import { noon } from '../../support/suites/sample-endpoint'
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

describe('attempts', () => {
  it('are listed newest first, page by page, of one endpoint', async () => {
    const log = dynamoAttemptLog(table)
    const all = [0, 1, 2].map(n => attempt({ id: `att_${n}`, at: addSeconds(noon, n), number: n + 1 }))
    for (const each of all) await log.record(address, each)
    await log.record({ ...address, endpointId: 'ep_2' }, attempt({ id: 'att_other' }))
    const first = await log.list(address, { limit: 2, after: null })
    expect(first.items).toEqual([all[2], all[1]])
    expect(await log.list(address, { limit: 2, after: first.next })).toEqual({ items: [all[0]], next: null })
  })

  it('of a probe are shown as such, and look like tests to whoever knows no probes', async () => {
    const log = dynamoAttemptLog(table)
    const probed = attempt({ kind: 'probe', keyIds: [] })
    await log.record(address, probed)
    expect((await log.list(address, { limit: 2, after: null })).items).toEqual([probed])
    expect(attemptItem(address, probed)).toMatchObject({ kind: { S: 'test' } })
    expect(await dynamoDeliveryStore(table).recent(address, 2)).toEqual([])
  })

  it('lead to the deliveries that they were of, each once and newest first; tests lead nowhere', async () => {
    const log = dynamoAttemptLog(table)
    const store = dynamoDeliveryStore(table)
    for (let n = 0; n < 5; n += 1) {
      const createdAt = addSeconds(noon, n)
      await store.save({ ...delivery, messageId: `msg_${n}`, createdAt }, null)
      await log.record(address, attempt({ id: `att_${n}`, messageId: `msg_${n}`, at: createdAt }))
      await log.record(
        address,
        attempt({ id: `att_test_${n}`, messageId: `msg_test_${n}`, at: createdAt, kind: 'test' }),
      )
      await log.record(address, attempt({ id: `att_again_${n}`, messageId: 'msg_0', at: addSeconds(noon, 60 + n) }))
    }
    const recent = async (limit: number) => (await store.recent(address, limit)).map(({ messageId }) => messageId)
    expect(await recent(10)).toEqual(['msg_4', 'msg_3', 'msg_2', 'msg_1', 'msg_0'])
    expect(await recent(2)).toEqual(['msg_4', 'msg_0'])
  })
})

describe('a delivery that failed without an attempt', () => {
  it('is among the endpoint’s deliveries, and not among its attempts', async () => {
    const log = dynamoAttemptLog(table)
    const store = dynamoDeliveryStore(table)
    await store.save(delivery, null)
    await log.record(address, attempt({ messageId: 'msg_2' }))
    await log.recordUnattempted(delivery, noon)
    await log.recordUnattempted(delivery, addSeconds(noon, 5))
    expect(await store.recent(address, 10)).toEqual([delivery])
    expect((await log.list(address, { limit: 10, after: null })).items).toEqual([attempt({ messageId: 'msg_2' })])
  })
})

describe('the failed deliveries of an endpoint', () => {
  it('are listed oldest first, page by page, from a time or a place up to a time', async () => {
    const log = dynamoAttemptLog(table)
    const store = dynamoDeliveryStore(table)
    const made = [0, 1, 2, 3].map((n): Delivery => {
      const status = n === 1 ? 'success' : 'failed'
      return { ...delivery, messageId: `msg_${n}`, status, createdAt: addSeconds(noon, n) }
    })
    for (const [n, each] of made.entries()) {
      const { messageId, createdAt: at } = each
      await store.save(each, null)
      if (n === 2) await log.recordUnattempted(each, at)
      else await log.record(address, attempt({ id: `att_${n}`, messageId, at }))
    }
    await log.record(address, attempt({ id: 'att_again', messageId: 'msg_0', at: addSeconds(noon, 2) }))
    await log.record(address, attempt({ id: 'att_test', messageId: 'msg_3', kind: 'test' }))
    const range = { after: noon.toISOString(), until: addSeconds(noon, 3), limit: 100 }
    const { items, next } = await store.failedAfter(address, range)
    expect(items.map(each => each.delivery)).toEqual([made[0], made[2], made[3]])
    expect(next).toBeNull()
    const after = items[0]?.place ?? ''
    const rest = await store.failedAfter(address, { ...range, after, until: addSeconds(noon, 2) })
    expect(rest.items.map(each => each.delivery.messageId)).toEqual(['msg_0', 'msg_2'])
    const found: string[] = []
    for (let place: string | null = range.after; place !== null;) {
      const page = await store.failedAfter(address, { ...range, after: place, limit: 1 })
      found.push(...page.items.map(each => each.delivery.messageId))
      place = page.next
    }
    expect([...new Set(found)]).toEqual(['msg_0', 'msg_2', 'msg_3'])
    expect(await store.failedAfter(address, { ...range, after: addSeconds(noon, 9).toISOString() })).toEqual({
      items: [],
      next: null,
    })
  })
})
