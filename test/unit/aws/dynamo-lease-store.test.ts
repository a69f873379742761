import { beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoLeaseStore } from '../../../src/aws/dynamo-lease-store'
import type { Table } from '../../../src/aws/table'
import { addSeconds } from '../../../src/core/instant'
import type { Lease, LeaseRequest, LeaseStore } from '../../../src/delivery/lease'
import { noon } from '../../support/suites/sample-endpoint'
import { embeddedTables } from './embedded-aws'

const mostOfTenant = 8
const newTable = embeddedTables()
let table: Table
let store: LeaseStore
beforeEach(async () => {
  table = await newTable()
  store = dynamoLeaseStore(table)
})

function request(messageId: string, endpointId = 'ep_1', over: Partial<LeaseRequest> = {}): LeaseRequest {
  const address = { tenantId: 'org_1', endpointId }
  return { address, messageId, now: noon, until: addSeconds(noon, 30), mostOfTenant, ...over }
}

async function acquire(...of: Parameters<typeof request>): Promise<Lease> {
  const outcome = await store.acquire(request(...of))
  if (outcome.kind !== 'granted') throw new Error(`not granted: ${outcome.kind}`)
  return outcome.lease
}

function endpoints(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `ep_${index}`)
}

const later = { now: addSeconds(noon, 31), until: addSeconds(noon, 60) }

describe('leases', () => {
  it('are five at a time at one endpoint, whichever messages ask, and however many at once', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `msg_${index}`)
    const outcomes = await Promise.all(ids.map(id => store.acquire(request(id))))
    const granted = outcomes.filter(({ kind }) => kind === 'granted').length
    expect(granted).toBeLessThanOrEqual(5)
    let total = granted
    for (const id of ids) total += (await store.acquire(request(`${id}_again`))).kind === 'granted' ? 1 : 0
    expect(total).toBe(5)
    expect(await store.acquire(request('msg_last'))).toEqual({ kind: 'busy' })
  })

  it('are so many at a time of one tenant, at however many endpoints; another tenant has its own', async () => {
    const outcomes = await Promise.all(endpoints(20).map(id => store.acquire(request('msg', id))))
    expect(outcomes.filter(({ kind }) => kind === 'granted').length).toBeLessThanOrEqual(mostOfTenant)
    let total = outcomes.filter(({ kind }) => kind === 'granted').length
    for (const id of endpoints(20)) total += (await store.acquire(request('msg_2', id))).kind === 'granted' ? 1 : 0
    expect(total).toBe(mostOfTenant)
    const address = { tenantId: 'org_2', endpointId: 'ep_1' }
    expect(await store.acquire(request('msg', 'ep_1', { address }))).toMatchObject({ kind: 'granted' })
  })

  it('are not given twice for one message at an endpoint', async () => {
    const lease = await acquire('msg_1')
    expect(await store.acquire(request('msg_1'))).toEqual({ kind: 'under-way', lease })
    await acquire('msg_1', 'ep_2')
  })

  it('are free again once they are given back', async () => {
    const leases = await Promise.all(endpoints(mostOfTenant).map(id => acquire('msg', id)))
    expect(await store.acquire(request('msg', 'ep_last'))).toEqual({ kind: 'busy' })
    for (const lease of leases.slice(0, 1)) await store.release(lease)
    await acquire('msg', 'ep_last')
  })

  it('end by themselves: those that were never given back keep nobody out, and are not given back later', async () => {
    const over = await Promise.all(endpoints(mostOfTenant).map(id => acquire('msg', id)))
    const again = []
    for (const id of endpoints(mostOfTenant)) again.push(await acquire('msg_later', id, later))
    expect(await store.acquire(request('msg_last', 'ep_last', later))).toEqual({ kind: 'busy' })
    await Promise.all(over.map(lease => store.release(lease)))
    expect(await store.acquire(request('msg_last', 'ep_last', later))).toEqual({ kind: 'busy' })
    for (const lease of again) await store.release(lease)
    await acquire('msg_last', 'ep_last', later)
  })

  it('are none where the table is asked too often, which fails no message', async () => {
    const { middlewareStack } = table.client
    const fails = (name: string) => {
      const error = Object.assign(new Error('too fast'), { name })
      middlewareStack.add(() => () => Promise.reject(error), { name: 'fail', step: 'initialize', override: true })
    }
    fails('ProvisionedThroughputExceededException')
    expect(await store.acquire(request('msg'))).toEqual({ kind: 'busy' })
    fails('AccessDeniedException')
    await expect(store.acquire(request('msg'))).rejects.toThrow('too fast')
    middlewareStack.remove('fail')
  })

  it('that are over at many endpoints, as many as there may be, make room at once', async () => {
    const most = { mostOfTenant: 100 }
    for (const id of endpoints(100)) await acquire('msg', `${id}_with_a_rather_long_name_of_its_own`, most)
    expect(await store.acquire(request('msg', 'ep_last', most))).toEqual({ kind: 'busy' })
    await acquire('msg', 'ep_last', { ...most, ...later })
  })
})
