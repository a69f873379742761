import { beforeEach, expect, it } from '@jest/globals'
import { type DeliveryHealth, type HealthStore, neverDelivered } from '../../../src/delivery/health'
import { addSeconds } from '../../../src/core/instant'
import type { EndpointLife } from '../../../src/rotation/ports'
import type { Proof } from '../../../src/rotation/proof'
import { noon } from './sample-endpoint'
import { aborted, unhurried } from './signals'

/** What rotations and the API need of a health store. Leases and counting concern deliveries alone. */
export type ShownHealthStore = Pick<HealthStore, 'loadAny' | 'loadMany' | 'resume' | 'resetFailures' | 'keepProof'>

export interface RunningHealthStore {
  readonly store: ShownHealthStore
  /** Counts a delivery's last attempt, which failed a second after noon; the first one of a life begins it. */
  fail(life: EndpointLife): Promise<void>
  pause(life: EndpointLife, pause: { readonly at: Date; readonly reason: string }): Promise<void>
}

const life = { tenantId: 'org_1', endpointId: 'ep_1', incarnation: 'inc_1' }
const nextLife = { ...life, incarnation: 'inc_2' }
const neighbour = { ...life, endpointId: 'ep_2', incarnation: 'inc_3' }
const proof: Proof = { keyId: 'key_1', urlHash: '0'.repeat(64), adoption: 'adopted', at: noon }
const foreign = { ...life, tenantId: 'org_2', incarnation: 'inc_4' }

/** What every health store does. `start` gives an empty one. */
export function healthStoreSuite(start: () => Promise<RunningHealthStore>): void {
  let running: RunningHealthStore
  let store: ShownHealthStore
  beforeEach(async () => {
    running = await start()
    store = running.store
  })

  const failuresOf = async (of: EndpointLife): Promise<number> => (await store.loadAny(of)).health.consecutiveFailures

  it('has an endpoint that nothing is stored of as never delivered, and as nobody’s', async () => {
    await running.fail(neighbour)
    await running.fail(foreign)
    expect(await store.loadAny(life)).toEqual({ health: neverDelivered, incarnation: null, proofs: [] })
  })

  it('shows what is stored, and whose it is', async () => {
    await running.fail(life)
    await running.fail(life)
    const { health, incarnation } = await store.loadAny(life)
    expect({ failures: health.consecutiveFailures, incarnation }).toEqual({ failures: 2, incarnation: 'inc_1' })
  })

  it('shows many at once by their ids, and leaves out what is not stored or of an earlier life', async () => {
    await running.fail(life)
    await running.fail(neighbour)
    await running.fail(neighbour)
    const failures = (found: ReadonlyMap<string, DeliveryHealth>): unknown =>
      Object.fromEntries([...found].map(([id, health]) => [id, health.consecutiveFailures]))
    expect(failures(await store.loadMany([life, neighbour, foreign]))).toEqual({ ep_1: 1, ep_2: 2 })
    expect(failures(await store.loadMany([nextLife, neighbour]))).toEqual({ ep_2: 2 })
    expect(failures(await store.loadMany([]))).toEqual({})
  })

  it('ends a pause and the failures in a row with a resume, of this life alone', async () => {
    await running.fail(life)
    await running.pause(life, { at: noon, reason: 'gone' })
    await store.resume(nextLife)
    const paused = { consecutiveFailures: 1, failingSince: addSeconds(noon, 1), usedUpInRow: 1, pausedAt: noon }
    expect((await store.loadAny(life)).health).toMatchObject(paused)
    await store.resume(life)
    const resumed = {
      consecutiveFailures: 0,
      failingSince: null,
      usedUpInRow: 0,
      errorsSinceLastSuccess: 1,
      pausedAt: null,
      pausedReason: null,
    }
    expect((await store.loadAny(life)).health).toMatchObject(resumed)
  })

  it('resets the failures in a row once for each revision, however often it is asked to', async () => {
    await running.fail(life)
    await store.resetFailures(life, 7, unhurried)
    const reset = { consecutiveFailures: 0, failingSince: null, usedUpInRow: 0, errorsSinceLastSuccess: 1 }
    expect((await store.loadAny(life)).health).toMatchObject(reset)
    await running.fail(life)
    await store.resetFailures(life, 7, unhurried)
    await store.resetFailures(life, 6, unhurried)
    expect(await failuresOf(life)).toBe(1)
    await store.resetFailures(life, 8, unhurried)
    expect(await failuresOf(life)).toBe(0)
  })

  it('resets nothing of another life, another endpoint or another tenant', async () => {
    for (const each of [life, neighbour, foreign]) await running.fail(each)
    await store.resetFailures(nextLife, 9, unhurried)
    expect(await failuresOf(life)).toBe(1)
    await store.resetFailures(life, 9, unhurried)
    expect([await failuresOf(life), await failuresOf(neighbour), await failuresOf(foreign)]).toEqual([0, 1, 1])
  })

  it('has nothing to reset or resume where nothing is stored, and stores nothing', async () => {
    await store.resetFailures(life, 1, unhurried)
    await store.resume(life)
    expect(await store.loadAny(life)).toEqual({ health: neverDelivered, incarnation: null, proofs: [] })
  })

  it('keeps the last proof of each key, of keys that the endpoint has, and changes nothing of its health', async () => {
    await running.fail(life)
    const { health } = await store.loadAny(life)
    const later = { ...proof, adoption: 'unreachable', at: addSeconds(noon, 60) } as const
    const other = { ...proof, keyId: 'key_2', at: addSeconds(noon, 90) }
    const of = ['key_1', 'key_2']
    await store.keepProof(life, proof, of)
    await store.keepProof(life, later, of)
    await store.keepProof(life, { ...proof, at: addSeconds(noon, 30) }, of)
    await store.keepProof(life, other, of)
    expect(await store.loadAny(life)).toEqual({ health, incarnation: 'inc_1', proofs: [other, later] })
    await store.keepProof(life, { ...other, at: addSeconds(noon, 95) }, ['key_2'])
    expect(await store.loadAny(life)).toEqual({
      health,
      incarnation: 'inc_1',
      proofs: [{ ...other, at: addSeconds(noon, 95) }],
    })
  })

  it('keeps a proof where nothing else is stored, and none of a life that is over', async () => {
    await store.keepProof(life, proof, ['key_1'])
    await store.keepProof(nextLife, { ...proof, keyId: 'key_9' }, ['key_9'])
    expect(await store.loadAny(life)).toEqual({ health: neverDelivered, incarnation: 'inc_1', proofs: [proof] })
  })

  it('keeps the proofs of several keys that are probed at the same time', async () => {
    const keyIds = ['key_1', 'key_2', 'key_3']
    await Promise.all(keyIds.map(keyId => store.keepProof(life, { ...proof, keyId }, keyIds)))
    expect((await store.loadAny(life)).proofs.map(({ keyId }) => keyId).toSorted()).toEqual(keyIds)
  })

  it('resets nothing once the caller has given up', async () => {
    await running.fail(life)
    await expect(store.resetFailures(life, 1, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await failuresOf(life)).toBe(1)
  })
}
