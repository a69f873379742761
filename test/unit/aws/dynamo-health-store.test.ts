import { beforeEach, describe, expect, it } from '@jest/globals'
import { dynamoHealthStore } from '../../../src/aws/dynamo-health-store'
import { addSeconds } from '../../../src/core/instant'
import { answersQuickly, type HealthStore, neverDelivered, type Observation } from '../../../src/delivery/health'
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
    fail: async life => void (await store.countAttempt(life, { ...failure, usedUp: true })),
    pause: (life, pause) => store.pause(life, pause),
  }))
})

describe('an endpoint', () => {
  const isQuick = async (): Promise<boolean> => answersQuickly(await store.load(life))

  it('answers quickly while it took the last attempt within a second, or has had none', async () => {
    expect(await isQuick()).toBe(true)
    await store.countAttempt(life, { ...success, responseTimeMs: 1000 })
    expect(await isQuick()).toBe(true)
    await store.countAttempt(life, { ...success, responseTimeMs: 1001 })
    expect(await isQuick()).toBe(false)
    await store.countAttempt(life, success)
    await store.countAttempt(life, failure)
    expect(await isQuick()).toBe(false)
  })

  it('does not after it failed, until it takes an attempt: no resume or rotation makes up for it', async () => {
    await store.countAttempt(life, success)
    await store.countAttempt(life, failure)
    await store.resume(life)
    await store.resetFailures(life, 7, unhurried)
    expect(await isQuick()).toBe(false)
    await store.countAttempt(life, success)
    expect(await isQuick()).toBe(true)
  })

  it('that was deleted makes room for its successor, and what is late of it counts nowhere', async () => {
    await store.countAttempt(life, failure)
    await store.pause(life, { at: noon, reason: 'gone' })
    await store.beginLife(nextLife, life.incarnation)
    await store.countAttempt(nextLife, success)
    expect(await store.load(nextLife)).toMatchObject({ deliveriesSucceeded: 1, pausedAt: null })
    expect(await store.load(life)).toEqual(neverDelivered)
    await store.beginLife(life, 'inc_0')
    expect(await store.countAttempt(life, failure)).toMatchObject({ consecutiveFailures: 0 })
    expect(await store.load(nextLife)).toMatchObject({ deliveriesSucceeded: 1, consecutiveFailures: 0 })
  })
})

describe('health', () => {
  it('counts what attempts came to', async () => {
    expect(await store.load(life)).toEqual(neverDelivered)
    expect(await store.countAttempt(life, success)).toMatchObject({ consecutiveFailures: 0 })
    expect(await store.countAttempt(life, { ...success, responseTimeMs: 201 })).toMatchObject({
      consecutiveFailures: 0,
    })
    expect(await store.countAttempt(life, failure)).toMatchObject({ consecutiveFailures: 1 })
    expect(await store.countAttempt(life, { ...failure, outcome: 'failed' })).toMatchObject({
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
    await store.countAttempt(life, success)
    expect(await store.load(life)).toMatchObject({ consecutiveFailures: 0, errorsSinceLastSuccess: 0 })
  })

  it('counts a delivery that failed without an attempt, which changes nothing of attempts', async () => {
    await store.countUnattempted(life, noon)
    const first = { ...neverDelivered, deliveriesFailed: 1, lastDeliveryAt: noon, lastDeliveryStatus: 'failed' }
    expect(await store.load(life)).toEqual(first)
    await store.countAttempt(life, success)
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
    await Promise.all(Array.from({ length: 20 }, () => store.countAttempt(life, failure)))
    expect(await store.load(life)).toMatchObject({ consecutiveFailures: 20, errorsSinceLastSuccess: 20 })
  })

  it('keeps the first pause, which a resume ends', async () => {
    await store.countAttempt(life, success)
    await store.pause(life, { at: noon, reason: 'first' })
    await store.pause(life, { at: addSeconds(noon, 1), reason: 'second' })
    expect(await store.load(life)).toMatchObject({ pausedAt: noon, pausedReason: 'first' })
    await store.resume(life)
    expect(await store.load(life)).toMatchObject({ pausedAt: null, pausedReason: null })
  })

  it('of an earlier life is neither shown nor counted on', async () => {
    await store.countAttempt(life, failure)
    await store.beginLife(nextLife, life.incarnation)
    expect(await store.countAttempt(life, failure)).toMatchObject({ consecutiveFailures: 0 })
    await store.pause(life, { at: noon, reason: 'late' })
    expect(await store.load(nextLife)).toEqual(neverDelivered)
    expect(await store.loadAny(life)).toEqual({ health: neverDelivered, incarnation: 'inc_2', proofs: [] })
  })
})
