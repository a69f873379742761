import { NOON } from './harness'

/** What was sent to an endpoint, as the table has it. */
export const attempt = {
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
