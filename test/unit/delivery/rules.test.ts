import { describe, expect, it } from '@jest/globals'
import type { DeliveryFormat } from '../../../src/contracts/contract'
import { standardDelivery } from '../../../src/contracts/defaults'
import { addSeconds } from '../../../src/core/instant'
import { attemptResult, type AttemptResult } from '../../../src/delivery/attempt'
import { type Delivery, messageIdOf, newDelivery } from '../../../src/delivery/delivery'
import { largestPayloadBytes } from '../../../src/delivery/event'
import { subscribes } from '../../../src/delivery/fan-out'
import { parseQueueMessage } from '../../../src/delivery/queue-message'
import {
  afterAttempt,
  longestRetryAfterSeconds,
  retryAfterSeconds,
  retrySchedule,
  retryWaitSeconds,
} from '../../../src/delivery/retry'
import { bodyOf, ownHeaders } from '../../../src/delivery/signed-request'
import { noon } from '../../support/suites/sample-endpoint'

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

describe('attemptResult', () => {
  const reply = { kind: 'reply', status: 299, headers: {}, body: 'x'.repeat(5000), durationMs: 7 } as const
  const only: DeliveryFormat = { ...standardDelivery, success: [200, 204] }

  it('counts what the contract says as delivered', () => {
    expect(attemptResult(standardDelivery, reply, noon)).toMatchObject({ error: null, message: 'Success', status: 299 })
    expect(attemptResult(standardDelivery, { ...reply, status: 300 }, noon).error).toBe('status')
    expect(attemptResult(only, { ...reply, status: 204 }, noon).error).toBeNull()
    expect(attemptResult(only, { ...reply, status: 202 }, noon).error).toBe('status')
  })

  it('keeps the start of the answer', () => {
    expect(attemptResult(standardDelivery, reply, noon).response).toBe('x'.repeat(1024))
  })
})

describe('subscribes', () => {
  it.each([
    [[], 'order.paid', true],
    [['*'], 'order.paid', true],
    [['order.*'], 'order.paid', true],
    [['order.*'], 'orders.paid', false],
    [['order.paid'], 'order.paid', true],
    [['order.paid'], 'order.paid.late', false],
    [['order.sent', 'user.*'], 'order.paid', false],
  ])('%p and %p: %p', (eventTypes, type, expected) => {
    expect(subscribes(eventTypes, type)).toBe(expected)
  })
})

describe('messageIdOf', () => {
  const origin = { tenantId: 'org_1', endpointId: 'ep_1', incarnation: 'inc_1', eventId: 'evt_1' }

  it('is the same for the same event, endpoint and life, and another for any other', () => {
    expect(messageIdOf('msg', origin)).toMatch(/^msg_[0-9a-f]{24}$/)
    expect(messageIdOf('msg', { ...origin })).toBe(messageIdOf('msg', origin))
    const others = Object.keys(origin).map(name => messageIdOf('msg', { ...origin, [name]: 'x' }))
    expect(new Set([messageIdOf('msg', origin), ...others]).size).toBe(5)
  })

  it('is a UUID where the contract says so', () => {
    expect(messageIdOf('uuid', origin)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('the envelope', () => {
  const message = { id: 'msg_1', endpointId: 'ep_1', event }

  it('is the contract’s, with times in its format', () => {
    expect(bodyOf(standardDelivery, message, 'iso-millis')).toBe(
      '{"type":"order.paid","timestamp":"2026-11-21T12:00:00.000Z","data":{"total":3}}',
    )
    const body = { id: 'messageId', at: 'createdAt' } as const
    expect(bodyOf({ ...standardDelivery, body }, message, 'unix-seconds')).toBe('{"id":"msg_1","at":1795262400}')
  })

  it('is the payload alone where the contract has none', () => {
    expect(bodyOf({ ...standardDelivery, body: 'payload' }, message, 'iso-millis')).toBe('{"total":3}')
  })

  it('has the contract’s own headers', () => {
    const headers = { 'x-event': 'eventType', 'x-tenant': 'tenantId' } as const
    expect(ownHeaders({ ...standardDelivery, headers, userAgent: 'Vendor/2' }, message)).toEqual({
      'content-type': 'application/json',
      'user-agent': 'Vendor/2',
      'x-event': 'order.paid',
      'x-tenant': 'org_1',
    })
  })
})

describe('parseQueueMessage', () => {
  const published = { kind: 'event', tenantId: 'org_1', type: 'order.paid', payload: { a: [1, null] } }

  it('takes an event as a platform may put it into the queue', () => {
    expect(parseQueueMessage(JSON.stringify(published))).toEqual(published)
  })

  it.each(['e'.repeat(128), 'wh.abc', 'wh:abc', '17'])('takes an attempt at any endpoint: %s', endpointId => {
    const asked = { kind: 'delivery', tenantId: 'org_1', endpointId, messageId: 'msg_1', attempt: 0, waits: 2 }
    expect(parseQueueMessage(JSON.stringify(asked))).toEqual(asked)
  })

  it.each([
    ['tenantId', { ...published, tenantId: 'a#b' }],
    ['endpointId', { kind: 'delivery', tenantId: 'org_1', endpointId: 'a#b', messageId: 'msg_1', attempt: 0 }],
    ['type', { ...published, type: '' }],
    ['id', { ...published, id: 'a/b' }],
    ['at', { ...published, at: 'yesterday' }],
    ['at', { ...published, at: '2026-11-21T12:00:00+00' }],
    ['at', { ...published, at: '2026-11-21T25:00:00Z' }],
    ['payload', { ...published, payload: undefined }],
    ['payload', { ...published, payload: 'x'.repeat(largestPayloadBytes - 1) }],
    ['kind', { ...published, kind: 'other' }],
    ['attempt', { kind: 'delivery', tenantId: 'org_1', endpointId: 'ep_1', messageId: 'msg_1', attempt: -1 }],
  ])('refuses a malformed %s and names it', (name, message) => {
    expect(() => parseQueueMessage(JSON.stringify(message))).toThrow(`a queue message is malformed: ${name}`)
  })

  it('refuses what is no JSON without quoting it', () => {
    expect(() => parseQueueMessage('{secret')).toThrow(/^a queue message is malformed: body$/)
  })
})
