import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { reportUnsettled } from '../../../src/rotation/unsettled'
import { newCloud } from '../../simulator/cloud'
import { noon, sampleEndpoint, vacant } from '../../support/suites/sample-endpoint'

const at = addSeconds(noon, 700)

async function reportOf(endpoints: readonly Endpoint[]) {
  const { store } = newCloud().services
  for (const endpoint of endpoints) await store.create(endpoint, vacant)
  return { store, report: () => reportUnsettled({ store, now: () => at }) }
}

const { settings } = sampleEndpoint({})
const failed = { revision: 1, mirrorVersionId: null, failures: 9, error: 'AccessDenied' }
const putOff = { settings: { ...settings, consumers: [] }, settling: failed, dueAt: addSeconds(at, 550) }

describe('what is not settled', () => {
  it('counts an endpoint that was put off, and since when its change waits', async () => {
    const { report } = await reportOf([sampleEndpoint(putOff)])
    expect(await report()).toEqual({ failing: 1, consumersNotWritten: 0, oldestSeconds: 699 })
  })

  it('is nothing where all is settled, and where a change is only young', async () => {
    const young = { ...putOff, settling: { ...failed, failures: 0 }, dueAt: addSeconds(at, 4) }
    const settled = { settling: { ...failed, revision: 2, failures: 0 }, dueAt: addSeconds(at, 60) }
    const { report } = await reportOf([sampleEndpoint(young), sampleEndpoint({ id: 'ep_2', ...settled })])
    expect(await report()).toMatchObject({ failing: 0, consumersNotWritten: 0 })
  })

  it('counts planned work that failed: it should have been done already', async () => {
    const { report } = await reportOf([sampleEndpoint({ ...putOff, settling: { ...failed, revision: 2 } })])
    expect(await report()).toEqual({ failing: 1, consumersNotWritten: 0, oldestSeconds: 0 })
  })

  it('counts consumers whose policy could not be written', async () => {
    const consumers = ['111122223333', '444455556666']
    const policy = { consumers: null, failures: 3, error: 'MalformedPolicyDocument', dueAt: putOff.dueAt }
    const settling = { ...failed, revision: 2, failures: 0, error: null, policy }
    const { report } = await reportOf([
      sampleEndpoint({ settings: { ...settings, consumers }, settling, dueAt: putOff.dueAt }),
    ])
    expect(await report()).toEqual({ failing: 1, consumersNotWritten: 2, oldestSeconds: 0 })
  })

  it('counts all of many, though it reads only some', async () => {
    const many = Array.from({ length: 130 }, (_, place) => sampleEndpoint({ ...putOff, id: `ep_${place}` }))
    const { store } = await reportOf(many)
    let reads = 0
    const load: typeof store.load = address => {
      reads += 1
      return store.load(address)
    }
    expect(await reportUnsettled({ store: { ...store, load }, now: () => at })).toMatchObject({ failing: 130 })
    expect(reads).toBe(100)
  })

  it('takes an endpoint that cannot be read for one that fails', async () => {
    const { store } = await reportOf([sampleEndpoint(putOff)])
    const load = () => Promise.reject(new Error('a malformed item'))
    expect(await reportUnsettled({ store: { ...store, load }, now: () => at })).toMatchObject({ failing: 1 })
  })
})
