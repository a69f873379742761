import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { DueEndpoint, DueRange, EndpointStore } from '../../../src/rotation/ports'
import { changed, deleted, inPlaceOf, noon, sampleEndpoint, vacant } from './sample-endpoint'
import { aborted, unhurried } from './signals'

export interface RunningEndpointStore {
  readonly store: EndpointStore
  close(): Promise<void>
}

/** What every endpoint store does. `start` gives an empty one. */
export function endpointStoreSuite(start: () => Promise<RunningEndpointStore>): void {
  let running: RunningEndpointStore
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())
  const store = (): EndpointStore => running.store

  describe('load and create', () => {
    loadAndCreate(store)
  })
  describe('a bound of endpoints a tenant', () => {
    bound(store)
  })
  describe('commit', () => {
    commit(store)
  })
  describe('settle', () => {
    settle(store)
  })
  describe('settlePolicy', () => {
    settlePolicy(store)
  })
  describe('drop', () => {
    drop(store)
  })
  describe('list', () => {
    list(store)
  })
  describe('due', () => {
    due(store)
  })
}

type Store = () => EndpointStore

const settled = {
  settling: { revision: 2, mirrorVersionId: 'v2', failures: 3, error: 'throttled' },
  lookAgainAt: addSeconds(noon, 600),
  dueAt: addSeconds(noon, 60),
}

function load(store: Store, { tenantId, id }: Endpoint): Promise<Endpoint | null> {
  return store().load({ tenantId, endpointId: id })
}

async function stored(store: Store, endpoint: Endpoint): Promise<Endpoint> {
  expect(await store().create(endpoint, vacant)).toBe('stored')
  return endpoint
}

/** A tombstone that the store has. */
async function tombstone(store: Store): Promise<Endpoint> {
  const endpoint = await stored(store, sampleEndpoint())
  expect(await store().commit(deleted(endpoint), endpoint.revision)).toBe('stored')
  return deleted(endpoint)
}

function loadAndCreate(store: Store): void {
  it('gives back every field of what was created', async () => {
    const endpoint = await stored(
      store,
      sampleEndpoint({ dueAt: noon, lookAgainAt: addSeconds(noon, 1), pausedSince: noon }),
    )
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('gives back what is told of keys that end, and of a pause that an update ended', async () => {
    const { settling, changes } = sampleEndpoint()
    const [last, ...before] = changes
    const ended = [{ keyId: 'key_0', at: noon, version: 1 }]
    const endpoint = await stored(
      store,
      sampleEndpoint({
        settling: { ...settling, endsToldUntil: noon },
        changes: [{ ...last, ended, resumes: true }, ...before],
      }),
    )
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('keeps what is null null', async () => {
    const { settings } = sampleEndpoint()
    const endpoint = await stored(store, sampleEndpoint({ settings: { ...settings, url: null, consumers: [] } }))
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('finds nothing under an unknown id or another tenant', async () => {
    await stored(store, sampleEndpoint())
    expect(await store().load({ tenantId: 'org_1', endpointId: 'ep_2' })).toBeNull()
    expect(await store().load({ tenantId: 'org_2', endpointId: 'ep_1' })).toBeNull()
  })

  it('refuses an id that is taken and leaves the endpoint that has it', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    expect(await store().create(sampleEndpoint({ incarnation: 'inc_2' }), vacant)).toBe('conflict')
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('lets one of several creations with the same id win', async () => {
    const incarnations = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const outcomes = await Promise.all(
      incarnations.map(incarnation => store().create(sampleEndpoint({ incarnation }), vacant)),
    )
    expect(outcomes.filter(outcome => outcome === 'stored')).toHaveLength(1)
    const winner = incarnations[outcomes.indexOf('stored')]
    expect((await load(store, sampleEndpoint()))?.incarnation).toBe(winner)
  })

  it('replaces a tombstone of exactly the revision that is named', async () => {
    const { revision } = await tombstone(store)
    const next = sampleEndpoint({ incarnation: 'inc_2', revision: revision + 1 })
    expect(await store().create(next, inPlaceOf(revision - 1))).toBe('conflict')
    expect(await store().create(next, vacant)).toBe('conflict')
    expect(await store().create(next, inPlaceOf(revision))).toBe('stored')
    expect(await load(store, next)).toEqual(next)
  })

  it('replaces nothing that lives and nothing that is not there', async () => {
    const next = sampleEndpoint({ incarnation: 'inc_2' })
    expect(await store().create(next, inPlaceOf(2))).toBe('conflict')
    const endpoint = await stored(store, sampleEndpoint())
    expect(await store().create(next, inPlaceOf(endpoint.revision))).toBe('conflict')
    expect(await load(store, endpoint)).toEqual(endpoint)
  })
}

function bound(store: Store): void {
  const two = { ...vacant, mostEndpoints: 2 }
  const numbered = (n: number): Endpoint => sampleEndpoint({ id: `ep_${n}`, incarnation: `inc_${n}` })
  const create = (n: number): Promise<unknown> => store().create(numbered(n), two)
  const remove = (n: number): Promise<unknown> => store().commit(deleted(numbered(n)), numbered(n).revision)

  it('is full with as many live endpoints, and then stores nothing', async () => {
    expect([await create(1), await create(2), await create(3)]).toEqual(['stored', 'stored', 'full'])
    expect(await load(store, numbered(3))).toBeNull()
    expect(await store().create(numbered(3), { ...vacant, mostEndpoints: 3 })).toBe('stored')
  })

  it('counts each tenant for itself', async () => {
    await create(1)
    await create(2)
    expect(await store().create(sampleEndpoint({ tenantId: 'org_2' }), two)).toBe('stored')
  })

  it('counts no tombstone, and none twice that is dropped', async () => {
    await create(1)
    await create(2)
    await remove(2)
    expect(await create(3)).toBe('stored')
    await store().drop(deleted(numbered(2)), unhurried)
    expect(await create(4)).toBe('full')
  })

  it('counts what takes a tombstone’s place', async () => {
    await create(1)
    await create(2)
    await remove(2)
    const { revision } = deleted(numbered(2))
    const again = sampleEndpoint({ id: 'ep_2', incarnation: 'inc_again', revision: revision + 1 })
    await create(3)
    expect(await store().create(again, { ...two, replaces: revision })).toBe('full')
    await remove(3)
    expect(await store().create(again, { ...two, replaces: revision })).toBe('stored')
    expect(await create(4)).toBe('full')
  })

  it('counts nothing for a write that is a conflict', async () => {
    await create(1)
    expect([await create(1), await create(1)]).toEqual(['conflict', 'conflict'])
    expect(await create(2)).toBe('stored')
    expect(await create(1)).toBe('conflict')
    await store().commit(changed(numbered(2)), numbered(2).revision)
    expect([await remove(2), await remove(2)]).toEqual(['conflict', 'conflict'])
    expect(await create(3)).toBe('full')
  })

  it('holds however many are made and deleted at once', async () => {
    const most = { ...vacant, mostEndpoints: 5 }
    const creating = async (n: number): Promise<void> => {
      const outcome = await store().create(numbered(n), most)
      if (outcome === 'stored' && n % 3 === 0) await remove(n)
    }
    await Promise.all(Array.from({ length: 24 }, (_, n) => creating(n)))
    const again = await Promise.all(Array.from({ length: 24 }, (_, n) => store().create(numbered(100 + n), most)))
    const { items } = await store().list('org_1', { limit: 100, after: null })
    expect(items).toHaveLength(5)
    expect(new Set(again)).toEqual(new Set(again.includes('stored') ? ['stored', 'full'] : ['full']))
  })
}

function commit(store: Store): void {
  it('stores since when the owner has paused it, and that it is so no more', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    const paused = changed(endpoint, { pausedSince: noon })
    expect(await store().commit(paused, endpoint.revision)).toBe('stored')
    expect(await load(store, endpoint)).toMatchObject({ pausedSince: noon })
    expect(await store().commit(changed(paused, { pausedSince: null }), paused.revision)).toBe('stored')
    expect(await load(store, endpoint)).toMatchObject({ pausedSince: null })
  })

  it('stores what a change touches and leaves settling alone', async () => {
    const endpoint = await stored(store, sampleEndpoint({ settling: settled.settling }))
    const next = changed(endpoint, { dueAt: addSeconds(noon, 9), lookAgainAt: addSeconds(noon, 8) })
    const stale = { ...next, settling: sampleEndpoint().settling, contract: 'storno', createdAt: addSeconds(noon, 99) }
    expect(await store().commit(stale, endpoint.revision)).toBe('stored')
    expect(await load(store, endpoint)).toEqual(next)
  })

  it('stores the key that waits to sign, and that none does any more', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    const key = { ...endpoint.ring.keys[0], id: 'key_3', createdAt: addSeconds(noon, 2) }
    const publishing = changed(endpoint, {
      published: {
        key,
        signing: 'published',
        leadSeconds: 600,
        overlapSeconds: 900,
        endsRetiring: true,
        unmirroredAt: addSeconds(noon, 5),
      },
    })
    expect(await store().commit(publishing, endpoint.revision)).toBe('stored')
    expect(await load(store, endpoint)).toEqual(publishing)
    const next = changed(publishing, { published: null })
    expect(await store().commit(next, publishing.revision)).toBe('stored')
    expect(await load(store, endpoint)).toEqual(next)
  })

  it('takes back the times that a change makes null', async () => {
    const endpoint = await stored(store, sampleEndpoint({ dueAt: noon, lookAgainAt: noon }))
    const next = changed(endpoint, { dueAt: null, lookAgainAt: null })
    expect(await store().commit(next, endpoint.revision)).toBe('stored')
    expect(await load(store, endpoint)).toEqual(next)
  })

  it('is a conflict when the revision is another', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    expect(await store().commit(changed(endpoint), endpoint.revision - 1)).toBe('conflict')
    expect(await store().commit(changed(endpoint), endpoint.revision + 1)).toBe('conflict')
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('is a conflict when the endpoint was made anew with the same revision', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    const former = changed({ ...endpoint, incarnation: 'inc_0' })
    expect(await store().commit(former, endpoint.revision)).toBe('conflict')
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('is a conflict when the endpoint is not there', async () => {
    expect(await store().commit(changed(sampleEndpoint()), 2)).toBe('conflict')
    expect(await load(store, sampleEndpoint())).toBeNull()
  })

  it('turns an endpoint into a tombstone that can be loaded and not changed', async () => {
    const gone = await tombstone(store)
    expect(await load(store, gone)).toEqual(gone)
    expect(await store().commit(changed(gone, { deletedAt: null }), gone.revision)).toBe('conflict')
    expect(await load(store, gone)).toEqual(gone)
  })

  it('lets one of many changes of the same revision win', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    const attempts = Array.from({ length: 16 }, (_, n) => changed(endpoint, { ring: { ...endpoint.ring, version: n } }))
    const outcomes = await Promise.all(attempts.map(next => store().commit(next, endpoint.revision)))
    expect(outcomes.filter(outcome => outcome === 'stored')).toHaveLength(1)
    expect(await load(store, endpoint)).toEqual(attempts[outcomes.indexOf('stored')])
  })
}

function settle(store: Store): void {
  it('stores what settling found out and nothing of the endpoint that it was given', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    const other = { ...changed(endpoint), revision: endpoint.revision }
    expect(await store().settle(other, settled, unhurried)).toBe('stored')
    expect(await load(store, endpoint)).toEqual({ ...endpoint, ...settled })
  })

  it('settles a tombstone', async () => {
    const gone = await tombstone(store)
    expect(await store().settle(gone, settled, unhurried)).toBe('stored')
    expect(await load(store, gone)).toEqual({ ...gone, ...settled })
  })

  it('is a conflict once the revision has moved on', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    const next = changed(endpoint)
    await store().commit(next, endpoint.revision)
    expect(await store().settle(endpoint, settled, unhurried)).toBe('conflict')
    expect(await load(store, endpoint)).toEqual(next)
  })

  it('is a conflict in another incarnation, and where nothing is stored', async () => {
    expect(await store().settle(sampleEndpoint(), settled, unhurried)).toBe('conflict')
    const endpoint = await stored(store, sampleEndpoint())
    expect(await store().settle({ ...endpoint, incarnation: 'inc_0' }, settled, unhurried)).toBe('conflict')
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('changes nothing after the signal has aborted', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    await expect(store().settle(endpoint, settled, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await load(store, endpoint)).toEqual(endpoint)
  })
}

function drop(store: Store): void {
  it('removes a tombstone for good', async () => {
    const gone = await tombstone(store)
    expect(await store().drop(gone, unhurried)).toBe('stored')
    expect(await load(store, gone)).toBeNull()
    expect(await store().drop(gone, unhurried)).toBe('conflict')
  })

  it('is a conflict for an endpoint that lives', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    expect(await store().drop(endpoint, unhurried)).toBe('conflict')
    expect(await load(store, endpoint)).toEqual(endpoint)
  })

  it('is a conflict for another revision or incarnation', async () => {
    const gone = await tombstone(store)
    expect(await store().drop({ ...gone, revision: gone.revision - 1 }, unhurried)).toBe('conflict')
    expect(await store().drop({ ...gone, incarnation: 'inc_0' }, unhurried)).toBe('conflict')
    expect(await load(store, gone)).toEqual(gone)
  })

  it('removes nothing after the signal has aborted', async () => {
    const gone = await tombstone(store)
    await expect(store().drop(gone, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await load(store, gone)).toEqual(gone)
  })
}

function list(store: Store): void {
  const ids = ['ep_1', 'ep_2', 'ep_3', 'ep_4', 'ep_5']

  async function fill(): Promise<void> {
    const endpoints = ids.toReversed().map(id => sampleEndpoint({ id }))
    await Promise.all(endpoints.map(endpoint => stored(store, endpoint)))
  }

  async function pages(limit: number): Promise<string[][]> {
    const found: string[][] = []
    let after: string | null = null
    do {
      const page = await store().list('org_1', { limit, after })
      found.push(page.items.map(endpoint => endpoint.id))
      after = page.next
    } while (after !== null)
    return found
  }

  it('gives whole endpoints in the order of their ids, and none of another tenant', async () => {
    await fill()
    await stored(store, sampleEndpoint({ tenantId: 'org_2', id: 'ep_6' }))
    const page = await store().list('org_1', { limit: 50, after: null })
    expect(page).toEqual({ items: ids.map(id => sampleEndpoint({ id })), next: null })
  })

  it('is empty for a tenant without endpoints', async () => {
    expect(await store().list('org_1', { limit: 50, after: null })).toEqual({ items: [], next: null })
  })

  it('pages through, and says when a page is the last', async () => {
    await fill()
    expect(await pages(2)).toEqual([['ep_1', 'ep_2'], ['ep_3', 'ep_4'], ['ep_5']])
    expect(await pages(5)).toEqual([ids])
  })

  it('skips tombstones and still fills its pages', async () => {
    await fill()
    for (const id of ['ep_1', 'ep_3', 'ep_5']) await store().commit(deleted(sampleEndpoint({ id })), 2)
    expect(await pages(2)).toEqual([['ep_2', 'ep_4']])
    expect(await pages(1)).toEqual([['ep_2'], ['ep_4']])
  })
}

function due(store: Store): void {
  const ids = Array.from({ length: 40 }, (_, n) => `ep_${n}`)
  const dueAt = (id: string): Date => addSeconds(noon, (Number(id.slice(3)) * 7) % 40)
  const planned = { settling: { ...settled.settling, failures: 0, error: null } }

  async function fill(): Promise<void> {
    await Promise.all(ids.map(id => stored(store, sampleEndpoint({ id, dueAt: dueAt(id) }))))
    await stored(store, sampleEndpoint({ id: 'ep_settled' }))
    await stored(store, sampleEndpoint({ id: 'ep_planned', dueAt: noon, ...planned }))
  }

  async function idsDue(until: Date, over: Partial<DueRange> = {}): Promise<string[]> {
    const found: DueEndpoint[] = []
    for await (const page of store().due({ kind: 'unsettled', since: null, until, ...over })) found.push(...page)
    expect(found.every(({ tenantId }) => tenantId === 'org_1')).toBe(true)
    return found.map(({ endpointId }) => endpointId).toSorted()
  }

  it('names all that is due by now, and since when', async () => {
    await fill()
    const until = addSeconds(noon, 20)
    expect(await idsDue(until)).toEqual(ids.filter(id => dueAt(id) <= until).toSorted())
    expect(await idsDue(addSeconds(noon, -1))).toEqual([])
    const due = store().due({ kind: 'unsettled', since: null, until: noon })
    for await (const page of due) {
      expect(page.filter(({ endpointId }) => endpointId !== 'ep_0')).toEqual([])
      for (const entry of page) expect(entry).toEqual({ tenantId: 'org_1', endpointId: 'ep_0', dueAt: noon })
    }
  })

  it('names only what has become due since a given time', async () => {
    await fill()
    const since = addSeconds(noon, 15)
    const until = addSeconds(noon, 20)
    const expected = ids.filter(id => dueAt(id) >= since && dueAt(id) <= until)
    expect(await idsDue(until, { since })).toEqual(expected.toSorted())
  })

  it('keeps planned work apart from changes that are not settled', async () => {
    await fill()
    expect(await idsDue(noon, { kind: 'planned' })).toEqual(['ep_planned'])
    expect(await idsDue(noon)).toEqual(['ep_0'])
  })

  it('counts a policy that may not have been written among what is not settled', async () => {
    const policy = { consumers: null, failures: 1, error: 'Error', dueAt: noon }
    await stored(store, sampleEndpoint({ dueAt: noon, settling: { ...planned.settling, policy } }))
    expect(await idsDue(noon)).toEqual(['ep_1'])
  })

  it('counts planned work that failed among what is not settled', async () => {
    await stored(store, sampleEndpoint({ dueAt: noon, settling: { ...planned.settling, failures: 1 } }))
    expect(await idsDue(noon)).toEqual(['ep_1'])
    expect(await idsDue(noon, { kind: 'planned' })).toEqual([])
  })

  it('follows what changes, settles and drops', async () => {
    const endpoint = await stored(store, sampleEndpoint({ dueAt: noon }))
    await store().settle(endpoint, { ...settled, dueAt: null }, unhurried)
    expect(await idsDue(noon)).toEqual([])
    const gone = { ...deleted(endpoint), dueAt: noon }
    await store().commit(gone, endpoint.revision)
    expect(await idsDue(noon)).toEqual(['ep_1'])
    await store().settle(gone, { ...settled, settling: { ...planned.settling, revision: gone.revision } }, unhurried)
    expect(await idsDue(settled.dueAt)).toEqual([])
    expect(await idsDue(noon, { kind: 'planned' })).toEqual([])
    expect(await idsDue(settled.dueAt, { kind: 'planned' })).toEqual(['ep_1'])
    await store().drop(gone, unhurried)
    expect(await idsDue(settled.dueAt, { kind: 'planned' })).toEqual([])
  })
}

function settlePolicy(store: Store): void {
  const policy = {
    consumers: [],
    refused: ['arn:aws:iam::000000000000:role/gone'],
    failures: 0,
    error: null,
    dueAt: addSeconds(noon, 600),
    fromRequest: true,
  } as const

  it('writes the policy, and leaves everything else as it is', async () => {
    const endpoint = await stored(store, sampleEndpoint({ dueAt: noon }))
    expect(await store().settlePolicy(endpoint, policy, unhurried)).toBe('stored')
    expect(await load(store, endpoint)).toEqual({ ...endpoint, settling: { ...endpoint.settling, policy } })
  })

  it('is a conflict once the endpoint has changed, or was settled', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    await store().settle(endpoint, settled, unhurried)
    expect(await store().settlePolicy(endpoint, policy, unhurried)).toBe('conflict')
    const next = changed({ ...endpoint, settling: settled.settling })
    await store().commit(next, endpoint.revision)
    expect(await store().settlePolicy({ ...endpoint, settling: settled.settling }, policy, unhurried)).toBe('conflict')
    expect((await load(store, endpoint))?.settling).toEqual(settled.settling)
  })

  it('is a conflict in another incarnation, and where nothing is stored', async () => {
    expect(await store().settlePolicy(sampleEndpoint(), policy, unhurried)).toBe('conflict')
    const endpoint = await stored(store, sampleEndpoint())
    expect(await store().settlePolicy({ ...endpoint, incarnation: 'inc_0' }, policy, unhurried)).toBe('conflict')
  })

  it('changes nothing after the signal has aborted', async () => {
    const endpoint = await stored(store, sampleEndpoint())
    await expect(store().settlePolicy(endpoint, policy, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await load(store, endpoint)).toEqual(endpoint)
  })
}
