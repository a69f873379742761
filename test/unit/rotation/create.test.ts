import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { lookAgainSeconds, rememberSeconds } from '../../../src/rotation/change'
import { type Birth, newEndpoint, storeNew } from '../../../src/rotation/create'
import { type Endpoint, unsettledChanges } from '../../../src/rotation/endpoint'
import { isOlderVersion, mirrorVersionId } from '../../../src/rotation/mirror'
import type { EndpointStore } from '../../../src/rotation/ports'
import { endpointTable, memoryEndpointStore } from '../../support/memory/memory-endpoint-store'
import { deleted, noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

function birthOf(incarnation: string): Birth {
  return {
    tenantId: 'org_1',
    id: 'ep_1',
    contract: 'keyturn',
    incarnation,
    settings: sampleEndpoint().settings,
    key: { id: `key_${incarnation}`, sealed: 'bmV3', hint: 'newn', mask: null },
    draft: {
      id: `chg_${incarnation}`,
      kind: 'create',
      actor: { kind: 'session', id: 'user_1' },
      reason: null,
      overlapSeconds: 0,
      idempotency: null,
    },
  }
}

const birth = birthOf('inc_2')
const at = addSeconds(noon, 100)

describe('a new endpoint', () => {
  it('has one key, version 1, one unsettled change, and is due', () => {
    const endpoint = newEndpoint(birth, at, null)
    const key = { ...birth.key, createdAt: at, expiresAt: null }
    expect(endpoint.ring).toEqual({ version: 1, revision: endpoint.revision, keys: [key] })
    expect(endpoint.changes).toHaveLength(1)
    expect(endpoint.settling.revision).toBe(0)
    expect(endpoint.dueAt).toEqual(addSeconds(at, 5))
    expect(endpoint.lookAgainAt).toBeNull()
  })
})

describe('a new endpoint in a tombstone’s place', () => {
  const farAhead = deleted(sampleEndpoint({ revision: 9_000_000_000 }))

  it('is ahead of the tombstone and of all that its mirror holds', () => {
    const endpoint = newEndpoint(birth, at, farAhead)
    expect(endpoint.revision).toBe(farAhead.revision + 1)
    expect(isOlderVersion(mirrorVersionId(farAhead), mirrorVersionId(endpoint))).toBe(true)
  })

  it('settles what the tombstone left, and nothing that is settled', () => {
    const endpoint = newEndpoint(birth, at, farAhead)
    const left = unsettledChanges(endpoint).map(change => change.id)
    expect(left).toEqual([birth.draft.id, farAhead.changes[0].id, 'rot_2'])
  })

  it('remembers the ring’s changes of the last 24 hours for its budget, without their idempotency keys', () => {
    const { changes } = newEndpoint(birth, at, farAhead)
    expect(changes.map(change => change.id)).toEqual([birth.draft.id, farAhead.changes[0].id, 'rot_2', 'rot_1'])
    expect(changes.every(change => change.idempotency === null)).toBe(true)
    const later = newEndpoint(birth, addSeconds(noon, rememberSeconds + 2), farAhead)
    expect(later.changes.map(change => change.id)).not.toContain('rot_1')
  })

  it('knows nothing of the mirror, and looks again after a late deletion could arrive', () => {
    const endpoint = newEndpoint(birth, at, farAhead)
    const nothing = { mirrorVersionId: null, failures: 0, error: null }
    expect(endpoint.settling).toEqual({ revision: 1, ...nothing, endsToldUntil: at })
    expect(endpoint.lookAgainAt).toEqual(addSeconds(at, lookAgainSeconds))
  })

  it('has nothing to look at again when the tombstone had no mirror', () => {
    expect(newEndpoint(birth, at, { ...farAhead, lookAgainAt: null }).lookAgainAt).toBeNull()
  })
})

/** A store whose first create takes effect and then reports a conflict, after `meanwhile` was done to what it made. */
function repeating(store: EndpointStore, meanwhile: (made: Endpoint) => Promise<unknown>): EndpointStore {
  let first = true
  return {
    ...store,
    create: async (endpoint, vacancy) => {
      const outcome = await store.create(endpoint, vacancy)
      if (!first) return outcome
      first = false
      await meanwhile(endpoint)
      return 'conflict'
    },
  }
}

describe('storing a new endpoint', () => {
  const address = { tenantId: 'org_1', endpointId: 'ep_1' }
  const now = (): Date => addSeconds(noon, 60)
  /** How many endpoints the tenant may have. */
  const most = 1

  it('finds its own endpoint when the reply to its write says that it lost', async () => {
    const store = repeating(memoryEndpointStore(endpointTable()), async () => undefined)
    expect(await storeNew({ store, now }, birthOf('inc_a'), most)).toMatchObject({
      by: 'this',
      change: { id: 'chg_inc_a' },
    })
  })

  it('does not make it again when it was deleted before it was found', async () => {
    const store = memoryEndpointStore(endpointTable())
    const lost = repeating(store, made => store.commit(deleted(made), made.revision))
    expect(await storeNew({ store: lost, now }, birthOf('inc_a'), most)).toMatchObject({ by: 'this' })
    expect(await store.load(address)).toMatchObject({ incarnation: 'inc_a', deletedAt: expect.any(Date) })
  })

  it('is refused where the tenant has as many endpoints as it may have', async () => {
    const store = memoryEndpointStore(endpointTable())
    await storeNew({ store, now }, { ...birthOf('inc_b'), id: 'ep_2' }, most)
    const refusal = { code: 'too-many-endpoints', detail: expect.stringContaining('1 endpoints') }
    await expect(storeNew({ store, now }, birthOf('inc_a'), most)).rejects.toMatchObject(refusal)
    expect(await store.load(address)).toBeNull()
  })

  it('finds its own endpoint where that took the last room, and the reply to its write was lost', async () => {
    const store = repeating(memoryEndpointStore(endpointTable()), async () => undefined)
    const full: EndpointStore = {
      ...store,
      create: async (...given) => ((await store.create(...given)) === 'stored' ? 'stored' : 'full'),
    }
    expect(await storeNew({ store: full, now }, birthOf('inc_a'), most)).toMatchObject({ by: 'this' })
  })

  it('does not take a later endpoint of the same id for its own', async () => {
    const store = memoryEndpointStore(endpointTable())
    const lost = repeating(store, async made => {
      await store.commit(deleted(made), made.revision)
      await storeNew({ store, now }, birthOf('inc_b'), most)
    })
    await expect(storeNew({ store: lost, now }, birthOf('inc_a'), most)).rejects.toMatchObject({
      code: 'endpoint-exists',
    })
    expect(await store.load(address)).toMatchObject({ incarnation: 'inc_b', deletedAt: null })
  })
})
