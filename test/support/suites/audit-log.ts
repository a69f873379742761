import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { AuditRecord } from '../../../src/rotation/change'
import type { AuditLog } from '../../../src/rotation/ports'
import { noon } from './sample-endpoint'
import { aborted, unhurried } from './signals'

export interface RunningAuditLog {
  readonly log: AuditLog
  close(): Promise<void>
}

const address = { tenantId: 'org_1', endpointId: 'ep_1' }

/** The n-th record of an endpoint, n seconds after noon. */
function sampleRecord(n: number, over: Partial<AuditRecord> = {}): AuditRecord {
  return {
    ...address,
    id: `rot_${n}`,
    kind: 'rotate',
    keyId: `key_${n}`,
    version: n,
    at: addSeconds(noon, n),
    actor: { kind: 'api-key', id: 'ak_1' },
    reason: n % 2 === 0 ? 'monthly' : null,
    overlapSeconds: 86400,
    ...over,
  }
}

/** What every audit log does. `start` gives an empty one. */
export function auditLogSuite(start: () => Promise<RunningAuditLog>): void {
  let running: RunningAuditLog
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())

  async function recordAll(...records: readonly AuditRecord[]): Promise<void> {
    await Promise.all(records.map(record => running.log.record(record, unhurried)))
  }

  it('gives back every field, newest first', async () => {
    await recordAll(sampleRecord(1), sampleRecord(3, { kind: 'replay' }), sampleRecord(2))
    const items = [sampleRecord(3, { kind: 'replay' }), sampleRecord(2), sampleRecord(1)]
    expect(await running.log.list(address, { limit: 10, after: null })).toEqual({ items, next: null })
  })

  it('lists what happened to the ring alone', async () => {
    const changed = { consumers: { from: [], to: ['111111111111'] } }
    const others = [
      sampleRecord(2, { kind: 'update', changed }),
      sampleRecord(3, { kind: 'delete' }),
      sampleRecord(5, { kind: 'update', changed }),
    ]
    const created = sampleRecord(1, { kind: 'create', changed })
    await recordAll(created, ...others, sampleRecord(4))
    const first = await running.log.list(address, { limit: 1, after: null })
    expect(first.items).toEqual([sampleRecord(4)])
    expect(await running.log.list(address, { limit: 1, after: first.next })).toEqual({ items: [created], next: null })
  })

  it('lists all that happened, in the order of time, and pages through it', async () => {
    const changed = { url: { from: 'https://a.example/', to: null } }
    const records = [
      sampleRecord(1, { kind: 'create' }),
      sampleRecord(2, { kind: 'update', changed, reason: 'moved' }),
      sampleRecord(3, { kind: 'update', changed }),
      sampleRecord(4, { kind: 'replay' }),
      sampleRecord(4, { kind: 'update', id: 'rot_4b', changed }),
      sampleRecord(5, { kind: 'delete', changed }),
    ]
    await recordAll(...records, sampleRecord(6, { kind: 'update', endpointId: 'ep_2' }))
    const all = { items: records.toReversed(), next: null }
    expect(await running.log.listAll(address, { limit: 10, after: null })).toEqual(all)
    const found: AuditRecord[] = []
    for (let after: string | null = '~'; after !== null;) {
      const page = await running.log.listAll(address, { limit: 2, after: after === '~' ? null : after })
      found.push(...page.items)
      expect(page.items).toHaveLength(2)
      after = page.next
    }
    expect(found).toEqual(all.items)
  })

  it('stores the same record once', async () => {
    await recordAll(sampleRecord(1))
    await recordAll(sampleRecord(1))
    expect((await running.log.list(address, { limit: 10, after: null })).items).toEqual([sampleRecord(1)])
  })

  it('keeps two records of the same millisecond', async () => {
    const twin = sampleRecord(1, { id: 'rot_1b' })
    await recordAll(sampleRecord(1), twin)
    expect((await running.log.list(address, { limit: 10, after: null })).items).toEqual([twin, sampleRecord(1)])
  })

  it('pages through, and says when a page is the last', async () => {
    await recordAll(...[1, 2, 3, 4].map(n => sampleRecord(n)))
    const first = await running.log.list(address, { limit: 2, after: null })
    expect(first.items).toEqual([sampleRecord(4), sampleRecord(3)])
    const second = await running.log.list(address, { limit: 2, after: first.next })
    expect(second).toEqual({ items: [sampleRecord(2), sampleRecord(1)], next: null })
  })

  it('shows nothing of another endpoint or tenant', async () => {
    await recordAll(sampleRecord(1, { endpointId: 'ep_2' }), sampleRecord(2, { tenantId: 'org_2' }))
    expect(await running.log.list(address, { limit: 10, after: null })).toEqual({ items: [], next: null })
  })

  it('records nothing after the signal has aborted', async () => {
    await expect(running.log.record(sampleRecord(1), aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect((await running.log.list(address, { limit: 10, after: null })).items).toEqual([])
    expect((await running.log.listOfTenant('org_1', wholeAudit)).items).toEqual([])
  })

  const wholeAudit = { limit: 10, after: null, since: null }
  const ofTenant = [
    sampleRecord(1, { kind: 'create', changed: { url: { from: null, to: 'https://a.example/' } } }),
    sampleRecord(2, { endpointId: 'ep_2', kind: 'promote' }),
    sampleRecord(3, { kind: 'update', changed: { name: { from: 'a', to: 'b' } } }),
    sampleRecord(3, { id: 'rot_3b', endpointId: 'ep_3', kind: 'replay' }),
    sampleRecord(4, { endpointId: 'ep_2', kind: 'delete' }),
  ]

  it('lists what happened to all endpoints of a tenant, newest first, every field and each record once', async () => {
    await recordAll(...ofTenant, sampleRecord(5, { tenantId: 'org_2' }), sampleRecord(6, { tenantId: 'org_10' }))
    await recordAll(...ofTenant)
    expect(await running.log.listOfTenant('org_1', wholeAudit)).toEqual({ items: ofTenant.toReversed(), next: null })
  })

  it('pages through a tenant’s, since a time, which is among them, or not', async () => {
    await recordAll(...ofTenant)
    const pagesSince = async (since: Date | null): Promise<readonly unknown[]> => {
      const found: unknown[] = []
      for (let after: string | null = null; ;) {
        const { items, next } = await running.log.listOfTenant('org_1', { limit: 2, after, since })
        found.push(...items)
        if (next === null) return found
        after = next
      }
    }
    expect(await pagesSince(null)).toEqual(ofTenant.toReversed())
    expect(await pagesSince(addSeconds(noon, 2))).toEqual(ofTenant.slice(1).toReversed())
    expect(await pagesSince(new Date(addSeconds(noon, 2).getTime() + 1))).toEqual(ofTenant.slice(2).toReversed())
    expect(await pagesSince(addSeconds(noon, 9))).toEqual([])
  })

  it('has nothing after a place that is before the time since when it is asked', async () => {
    await recordAll(...ofTenant)
    const { next } = await running.log.listOfTenant('org_1', { limit: 4, after: null, since: null })
    const range = { limit: 4, after: next, since: addSeconds(noon, 3) }
    expect(await running.log.listOfTenant('org_1', range)).toEqual({ items: [], next: null })
  })
}
