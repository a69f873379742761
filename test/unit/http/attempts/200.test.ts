import { expect, it } from '@jest/globals'
import { bearer, NOON } from '../harness'
import { ownEndpoint } from '../own-endpoint'

it('200 lists what was sent and what came back, tests too', async () => {
  const { send, token, base, tables } = await ownEndpoint()
  const attempt = {
    id: 'att_1',
    messageId: 'msg_1',
    eventType: 'order.paid',
    kind: 'test',
    number: 1,
    at: NOON,
    durationMs: 12,
    status: 500,
    error: 'status',
    response: 'broken',
    keyIds: ['key_1'],
  } as const
  tables.delivery.attempts.push(attempt)
  const reply = await send('GET', `${base}/attempts`, bearer(token))
  expect(reply.status).toBe(200)
  expect(reply.json).toEqual({ data: [{ ...attempt, at: NOON.toISOString() }], nextCursor: null })
})
