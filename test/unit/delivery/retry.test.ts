import { describe, expect, it } from '@jest/globals'
import { addSeconds } from '../../../src/core/instant'
import type { AttemptResult } from '../../../src/delivery/attempt'
import { type Delivery, newDelivery } from '../../../src/delivery/delivery'
import {
  afterAttempt,
  longestRetryAfterSeconds,
  retryAfterSeconds,
  retrySchedule,
  retryWaitSeconds,
} from '../../../src/delivery/retry'
import { noon } from '../../support/suites/sample-endpoint'

describe('the retry schedule', () => {
  it('waits ever longer, for about a day in all', () => {
    expect(retrySchedule).toEqual([...retrySchedule].sort((a, b) => a - b))
    const hours = retrySchedule.reduce((sum, seconds) => sum + seconds, 0) / 3600
    expect(hours).toBeGreaterThan(23)
    expect(hours).toBeLessThan(25)
  })

  it.each([
    [0, 4],
    [0.5, 5],
    [1, 6],
  ])('spreads the first wait by a fifth: random %p gives %p s', (random, seconds) => {
    expect(retryWaitSeconds({ attempts: 1, retries: null, retryAfterSeconds: null }, random)).toBe(seconds)
  })

  it('gives up after the last wait, and after a contract’s own number of retries', () => {
    const attempts = retrySchedule.length
    expect(retryWaitSeconds({ attempts, retries: null, retryAfterSeconds: null }, 0.5)).toBe(36_000)
    expect(retryWaitSeconds({ attempts: attempts + 1, retries: null, retryAfterSeconds: null }, 0.5)).toBeNull()
    expect(retryWaitSeconds({ attempts: 3, retries: 3, retryAfterSeconds: null }, 0.5)).toBe(120)
    expect(retryWaitSeconds({ attempts: 4, retries: 3, retryAfterSeconds: null }, 0.5)).toBeNull()
  })

  it('waits as long as the receiver asks, within 12 hours, and never less than the table says', () => {
    const wait = (asked: number): number | null =>
      retryWaitSeconds({ attempts: 1, retries: null, retryAfterSeconds: asked }, 0.5)
    expect(wait(600)).toBe(600)
    expect(wait(1)).toBe(5)
    expect(wait(10 ** 9)).toBe(longestRetryAfterSeconds)
  })
})

describe('retryAfterSeconds', () => {
  it.each([
    ['120', 120],
    ['Sat, 21 Nov 2026 12:01:00 GMT', 60],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['Saturday, 21-Nov-26 12:01:00 GMT', 60],
    ['Sat Nov 21 12:01:00 2026', 60],
    ['12345678901234567890', longestRetryAfterSeconds],
    ['-1', null],
    ['1.5', null],
    ['soon', null],
    ['2026-11-21T12:01:00Z', null],
    [undefined, null],
  ])('reads %p as %p', (value, seconds) => {
    expect(retryAfterSeconds(value, noon)).toBe(seconds)
  })
})

describe('afterAttempt', () => {
  const event = { tenantId: 'org_1', id: 'evt_1', type: 'order.paid', at: noon, payload: { total: 3 } }
  const delivery = newDelivery({ endpointId: 'ep_1', incarnationOf: 'inc_1', messageId: 'msg_1' }, event, noon)
  const failed: AttemptResult = {
    error: 'status',
    message: 'The receiver answered 500',
    status: 500,
    durationMs: 3,
    retryAfterSeconds: null,
    gone: false,
    response: '',
  }
  const time = { now: noon, random: 0.5, retries: null }

  it('is done after a success', () => {
    const success = { ...failed, error: null, status: 200, message: 'Success' }
    expect(afterAttempt({ ...delivery, errorMessage: 'x' }, success, time)).toEqual({
      delivery: {
        ...delivery,
        attemptCount: 1,
        status: 'success',
        lastResponseStatus: 200,
        errorMessage: null,
        deliveredAt: noon,
      },
      next: { kind: 'done' },
    })
  })

  it('leaves short waits to the queue and long ones to the sweep', () => {
    const { delivery: first, next } = afterAttempt(delivery, failed, time)
    expect(first).toMatchObject({ status: 'pending', attemptCount: 1, dueAt: null })
    expect(next).toEqual({ kind: 'queue', delaySeconds: 5 })
    const fifth = afterAttempt({ ...delivery, attemptCount: 4 }, failed, time)
    expect(fifth.delivery.dueAt).toEqual(addSeconds(noon, 1800))
    expect(fifth.next).toEqual({ kind: 'done' })
  })

  it('gives up at the end of the schedule, which begins anew where a delivery is sent again', () => {
    const last: Delivery = { ...delivery, attemptCount: 10 }
    expect(afterAttempt(last, failed, time)).toMatchObject({
      delivery: { status: 'failed', attemptCount: 11, dlqAt: noon },
      next: { kind: 'bury' },
    })
    expect(afterAttempt({ ...last, roundStart: 10 }, failed, time).next).toEqual({ kind: 'queue', delaySeconds: 5 })
  })

  it('gives up at once where the receiver is gone', () => {
    expect(afterAttempt(delivery, { ...failed, status: 410, gone: true }, time).next).toEqual({ kind: 'bury' })
  })
})
