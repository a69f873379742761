import { describe, expect, it } from '@jest/globals'
import { largestPayloadBytes } from '../../../src/delivery/event'
import { parseQueueMessage } from '../../../src/delivery/queue-message'

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

  it.each([
    ['payload.a', '"payload": {"a": 1, "\\u0061": 2}'],
    ['payload', '"payload": 1, "payload": 2'],
    ['payload.0', '"payload": [1e400]'],
    ['payload.a', '"payload": {"a": 9007199254740993}'],
  ])('refuses %s in {%s} as HTTP does', (name, members) => {
    const body = `{"kind": "event", "tenantId": "org_1", "type": "a", ${members}}`
    expect(() => parseQueueMessage(body)).toThrow(`a queue message is malformed: ${name}`)
  })

  it('refuses what is no JSON without quoting it', () => {
    expect(() => parseQueueMessage('{secret')).toThrow(/^a queue message is malformed: body$/)
  })
})
