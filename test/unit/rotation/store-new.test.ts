import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import { type Birth, storeNew } from '../../../src/rotation/create'
import type { Endpoint } from '../../../src/rotation/endpoint'
import type { EndpointStore } from '../../../src/rotation/ports'
import { endpointTable, memoryEndpointStore } from '../../support/memory/memory-endpoint-store'
import { deleted, noon, sampleEndpoint } from '../../support/suites/sample-endpoint'

const key = { tenantId: 'org_1', endpointId: 'ep_1' }
const now = (): Date => addSeconds(noon, 60)

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

/** A store whose first create takes effect and then reports a conflict, after `meanwhile` was done to what it made. */
function repeating(store: EndpointStore, meanwhile: (made: Endpoint) => Promise<unknown>): EndpointStore {
  let first = true
  return {
    ...store,
    create: async (endpoint, replaces) => {
      const outcome = await store.create(endpoint, replaces)
      if (!first) return outcome
      first = false
      await meanwhile(endpoint)
      return 'conflict'
    },
  }
}

describe('storing a new endpoint', () => {
  it('finds its own endpoint when the reply to its write says that it lost', async () => {
    const store = repeating(memoryEndpointStore(endpointTable()), async () => undefined)
    expect(await storeNew({ store, now }, birthOf('inc_a'))).toMatchObject({ by: 'this', change: { id: 'chg_inc_a' } })
  })

  it('does not make it again when it was deleted before it was found', async () => {
    const store = memoryEndpointStore(endpointTable())
    const lost = repeating(store, made => store.commit(deleted(made), made.revision))
    expect(await storeNew({ store: lost, now }, birthOf('inc_a'))).toMatchObject({ by: 'this' })
    expect(await store.load(key)).toMatchObject({ incarnation: 'inc_a', deletedAt: expect.any(Date) })
  })

  it('does not take a later endpoint of the same id for its own', async () => {
    const store = memoryEndpointStore(endpointTable())
    const lost = repeating(store, async made => {
      await store.commit(deleted(made), made.revision)
      await storeNew({ store, now }, birthOf('inc_b'))
    })
    await expect(storeNew({ store: lost, now }, birthOf('inc_a'))).rejects.toMatchObject({ code: 'endpoint-exists' })
    expect(await store.load(key)).toMatchObject({ incarnation: 'inc_b', deletedAt: null })
  })
})
