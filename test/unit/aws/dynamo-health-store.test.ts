import { beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoHealthStore } from '../../../src/aws/dynamo-health-store'
import { addSeconds } from '../../../src/core/instant'
import {
  type HealthStore,
  type Lease,
  type LeaseRequest,
  neverDelivered,
  type Observation,
} from '../../../src/delivery/health'
import { healthStoreSuite } from '../../support/suites/health-store'
import { noon } from '../../support/suites/sample-endpoint'
import { unhurried } from '../../support/suites/signals'
import { embeddedTables } from './embedded-aws'

const life = { tenantId: 'org_1', endpointId: 'ep_1', incarnation: 'inc_1' }
const nextLife = { ...life, incarnation: 'inc_2' }

const newTable = embeddedTables()
let store: HealthStore
beforeEach(async () => {
  store = dynamoHealthStore(await newTable())
})

function request(messageId: string, over: Partial<LeaseRequest> = {}): LeaseRequest {
  return { life, messageId, now: noon, until: addSeconds(noon, 30), whenPaused: 'refuse', ...over }
}

async function acquire(messageId: string, over: Partial<LeaseRequest> = {}): Promise<Lease> {
  const answer = await store.acquire(request(messageId, over))
  if (answer.kind !== 'granted') throw new Error(`not granted: ${answer.kind}`)
  return answer.lease
}

const success: Observation = {
  at: noon,
  responseTimeMs: 100,
  lastStatus: { code: 200, message: 'Success', timestamp: noon },
  outcome: 'success',
  first: true,
  usedUp: false,
}
const failure: Observation = {
  at: addSeconds(noon, 1),
  responseTimeMs: null,
  lastStatus: { code: null, message: 'The receiver cannot be reached', timestamp: addSeconds(noon, 1) },
  outcome: 'pending',
  first: false,
  usedUp: false,
}

describe('dynamoHealthStore', () => {
  healthStoreSuite(async () => ({
    store,
    fail: async life => void (await store.finish(await acquire('msg', { life }), { ...failure, usedUp: true })),
    pause: (life, pause) => store.pause(life, pause),
  }))
})

describe('leases', () => {
  it('are five at a time, whichever messages ask, and however many at once', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `msg_${index}`)
    const answers = await Promise.all(ids.map(id => store.acquire(request(id))))
    const granted = answers.filter(({ kind }) => kind === 'granted').length
    expect(granted).toBeLessThanOrEqual(5)
    const more = await Promise.all(ids.slice(0, 10).map(id => store.acquire(request(`${id}_again`))))
    expect(granted + more.filter(({ kind }) => kind === 'granted').length).toBe(5)
    expect(await store.acquire(request('msg_last'))).toEqual({ kind: 'busy', failures: 0 })
  })

  it('are not given twice for one message', async () => {
    await acquire('msg_1')
    expect(await store.acquire(request('msg_1'))).toEqual({ kind: 'under-way' })
  })

  it('end by themselves, and are free again once they are given back', async () => {
    const leases = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(id => acquire(id)))
    expect(await store.acquire(request('f'))).toMatchObject({ kind: 'busy' })
    const [first] = leases
    if (first) await store.release(first)
    await acquire('f')
    const later = { now: addSeconds(noon, 31), until: addSeconds(noon, 60) }
    await Promise.all(['g', 'h', 'i', 'j', 'k'].map(id => acquire(id, later)))
  })

  it('that have ended do not give back the slot of another', async () => {
    const over = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(id => acquire(id)))
    const later = { now: addSeconds(noon, 31), until: addSeconds(noon, 60) }
    await Promise.all(['f', 'g', 'h', 'i', 'j'].map(id => acquire(id, later)))
    await Promise.all(over.map(lease => store.release(lease)))
    await Promise.all(over.map(lease => store.finish(lease, success)))
    expect(await store.acquire(request('k', later))).toMatchObject({ kind: 'busy' })
    expect(await store.load(life)).toMatchObject({ deliveriesSucceeded: 5 })
  })

  it('are refused at an endpoint that Keyturn paused, but to a test', async () => {
    await store.release(await acquire('a'))
    await store.pause(life, { at: noon, reason: 'gone' })
    expect(await store.acquire(request('b'))).toEqual({ kind: 'paused' })
    await acquire('b', { whenPaused: 'allow' })
  })

  it('of an endpoint that was deleted do not bind its successor', async () => {
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(id => acquire(id)))
    await store.pause(life, { at: noon, reason: 'gone' })
    await acquire('a', { life: nextLife })
    expect(await store.load(nextLife)).toEqual(neverDelivered)
    expect(await store.load(life)).toEqual(neverDelivered)
  })
})

describe('an endpoint', () => {
  const answersPromptly = async (): Promise<boolean> => {
    const answer = await store.acquire(request('msg_asks'))
    if (answer.kind !== 'granted') throw new Error(`not granted: ${answer.kind}`)
    await store.release(answer.lease)
    return answer.prompt
  }

  it('answers promptly while it took the last attempt within 5 seconds', async () => {
    expect(await answersPromptly()).toBe(false)
    await store.finish(await acquire('a'), { ...success, responseTimeMs: 5000 })
    expect(await answersPromptly()).toBe(true)
    await store.finish(await acquire('b'), { ...success, responseTimeMs: 5001 })
    expect(await answersPromptly()).toBe(false)
    await store.finish(await acquire('c'), success)
    await store.finish(await acquire('d'), failure)
    expect(await answersPromptly()).toBe(false)
  })

  it('does not answer promptly after it failed, until it takes an attempt: no resume or rotation makes up for it', async () => {
    await store.finish(await acquire('a'), success)
    await store.finish(await acquire('b'), failure)
    await store.resume(life)
    await store.resetFailures(life, 7, unhurried)
    expect(await answersPromptly()).toBe(false)
    await store.finish(await acquire('c'), success)
    expect(await answersPromptly()).toBe(true)
  })
})

describe('health', () => {
  it('counts what attempts came to', async () => {
    expect(await store.load(life)).toEqual(neverDelivered)
    expect(await store.finish(await acquire('a'), success)).toMatchObject({ consecutiveFailures: 0 })
    expect(await store.finish(await acquire('b'), { ...success, responseTimeMs: 201 })).toMatchObject({
      consecutiveFailures: 0,
    })
    expect(await store.finish(await acquire('c'), failure)).toMatchObject({ consecutiveFailures: 1 })
    expect(await store.finish(await acquire('c'), { ...failure, outcome: 'failed' })).toMatchObject({
      consecutiveFailures: 2,
    })
    expect(await store.load(life)).toEqual({
      ...neverDelivered,
      consecutiveFailures: 2,
      failingSince: failure.at,
      errorsSinceLastSuccess: 2,
      lastSuccessAt: noon,
      lastFailureAt: failure.at,
      avgResponseTimeMs: 151,
      lastResponseTimeMs: 201,
      lastStatus: failure.lastStatus,
      deliveriesCount: 2,
      deliveriesSucceeded: 2,
      deliveriesFailed: 1,
      lastDeliveryAt: failure.at,
      lastDeliveryStatus: 'failed',
    })
    await store.finish(await acquire('d'), success)
    expect(await store.load(life)).toMatchObject({ consecutiveFailures: 0, errorsSinceLastSuccess: 0 })
  })

  it('counts a delivery that failed without an attempt, which changes nothing of attempts', async () => {
    await store.countUnattempted(life, noon)
    const first = { ...neverDelivered, deliveriesFailed: 1, lastDeliveryAt: noon, lastDeliveryStatus: 'failed' }
    expect(await store.load(life)).toEqual(first)
    await store.finish(await acquire('a'), success)
    const { lastStatus, lastDeliveryAt } = await store.load(life)
    await store.countUnattempted(life, addSeconds(noon, 60))
    await store.countUnattempted(nextLife, noon)
    expect(await store.load(life)).toMatchObject({
      deliveriesCount: 1,
      deliveriesFailed: 2,
      lastDeliveryStatus: 'failed',
      lastStatus,
      lastDeliveryAt,
    })
  })

  it('loses no attempt of several at the same time', async () => {
    for (let round = 0; round < 4; round += 1) {
      const leases = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(id => acquire(`${id}${round}`)))
      await Promise.all(leases.map(lease => store.finish(lease, failure)))
    }
    expect(await store.load(life)).toMatchObject({ consecutiveFailures: 20, errorsSinceLastSuccess: 20 })
  })

  it('keeps the first pause, which a resume ends', async () => {
    await store.release(await acquire('a'))
    await store.pause(life, { at: noon, reason: 'first' })
    await store.pause(life, { at: addSeconds(noon, 1), reason: 'second' })
    expect(await store.load(life)).toMatchObject({ pausedAt: noon, pausedReason: 'first' })
    expect(await store.paused([life, { ...nextLife, endpointId: 'ep_2' }])).toEqual(new Set(['ep_1']))
    expect(await store.paused([nextLife])).toEqual(new Set())
    await store.resume(life)
    expect(await store.load(life)).toMatchObject({ pausedAt: null, pausedReason: null })
    expect(await store.paused([life])).toEqual(new Set())
  })

  it('of an earlier life is neither shown nor counted on', async () => {
    const lease = await acquire('a')
    await store.finish(lease, failure)
    await acquire('a', { life: nextLife })
    expect(await store.finish(lease, failure)).toMatchObject({ consecutiveFailures: 0 })
    await store.pause(life, { at: noon, reason: 'late' })
    expect(await store.load(nextLife)).toEqual(neverDelivered)
    expect(await store.loadAny(life)).toEqual({ health: neverDelivered, incarnation: 'inc_2' })
  })
})
