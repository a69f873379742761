import { describe, expect, it } from '@jest/globals'
import type { ApiKey } from '../../src/access/api-key'
import { featurebase } from '../../src/contracts/featurebase'
import type { EndpointKey } from '../../src/endpoints/endpoint-store'
import { createApp } from '../../src/http/app'
import { ringUses } from '../../src/http/uses/ring-uses'
import { bearer, harness } from './harness'

const path = (id: string): string => `/v2/webhooks/${id}/secret`

/** A function that has read the key of `acme` before. A request's fresh read of the key waits to be let go. */
async function warm({ failing = false } = {}) {
  const { deps, settings, apiKeys, apiKey, endpoint, tables } = harness([featurebase])
  const token = await apiKey(featurebase, 'acme')
  const [stored] = await apiKeys.list()
  if (stored === undefined) throw new TypeError('no key')
  const loads: EndpointKey[] = []
  const gate = newGate<ApiKey | null>()
  const load = async (key: EndpointKey) => {
    loads.push(key)
    if (failing) throw new Error('the table is away')
    return deps.store.load(key)
  }
  const app = createApp({
    mounts: [{ contract: featurebase, basePath: '' }],
    uses: ringUses({ ...deps, store: { ...deps.store, load } }, settings),
    access: {
      apiKeys: { find: () => gate.promise, remembered: sha256 => (sha256 === stored.sha256 ? stored : null) },
      verifySession: () => Promise.reject(new Error('no sessions')),
      now: deps.now,
    },
    log: deps.log,
  })
  const { endpoint: own } = await endpoint(featurebase, 'acme')
  const headers = new Map(Object.entries(bearer(token).headers))
  const request = { id: 'req-1', method: 'POST', query: '', headers, body: Buffer.alloc(0) }
  const rotate = (id = own.id) => app({ ...request, path: path(id) })
  const versions = () => [...tables.endpoints.endpoints.values()].map(stands => stands.endpoint.ring.version)
  return { stored, loads, gate, own, rotate, versions }
}

function newGate<Value>() {
  let resolve: (value: Value) => void = () => undefined
  const promise = new Promise<Value>(settle => (resolve = settle))
  return { promise, resolve: (value: Value) => resolve(value) }
}

describe('a rotation by a key that was read before', () => {
  it('loads the endpoint while the key is read, and once', async () => {
    const { stored, loads, gate, own, rotate, versions } = await warm()
    const reply = rotate()
    expect(loads).toEqual([{ tenantId: 'acme', endpointId: own.id }])
    gate.resolve(stored)
    expect([(await reply).status, loads.length, versions()]).toEqual([200, 1, [2]])
  })

  it('401 when the key was revoked since, and changes nothing', async () => {
    const { stored, loads, gate, rotate, versions } = await warm()
    const reply = rotate()
    gate.resolve({ ...stored, revokedAt: new Date('2026-11-21T11:59:59.000Z') })
    expect([(await reply).status, loads.length, versions()]).toEqual([401, 1, [1]])
  })

  it('404 when the key is another tenant’s by now: what was loaded is not used', async () => {
    const { stored, loads, gate, own, rotate, versions } = await warm()
    const reply = rotate()
    gate.resolve({ ...stored, tenantIds: ['other'] })
    expect([(await reply).status, versions()]).toEqual([404, [1]])
    expect(loads.map(({ tenantId }) => tenantId)).toEqual(['acme', 'other'])
    expect(loads.map(({ endpointId }) => endpointId)).toEqual([own.id, own.id])
  })

  it('401 when the key was revoked and the load ahead fails, which nobody waits for', async () => {
    const { gate, rotate } = await warm({ failing: true })
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const reply = rotate()
    await new Promise(resolve => setImmediate(resolve))
    gate.resolve(null)
    expect((await reply).status).toBe(401)
    await new Promise(resolve => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('500 when the load ahead fails and the key is good', async () => {
    const { stored, gate, rotate } = await warm({ failing: true })
    const reply = rotate()
    gate.resolve(stored)
    expect((await reply).status).toBe(500)
  })

  it('loads nothing ahead for an id that no endpoint can have', async () => {
    const { stored, loads, gate, rotate } = await warm()
    const reply = rotate('nonsense')
    gate.resolve(stored)
    expect([(await reply).status, loads]).toEqual([404, []])
  })
})
