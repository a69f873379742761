import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/**
 * PUT, `X-API-Key`, the tenant in the path, numeric ids, unix seconds, 204 with the secret on a separate GET. Signs with
 * the bytes that its hex stands for, and says in each delivery all that there is to say.
 */
export const ferrypost = {
  name: 'ferrypost',
  credentials: {
    in: [
      { kind: 'basic', token: 'password', user: 'ferry' },
      { kind: 'header', name: 'X-API-Key' },
    ],
    apiKey: { prefix: '', encoding: 'hex', bytes: 32 },
    permissions: ['hooks', 'secrets'],
  },
  tenant: { from: 'path', parameter: 'harbour' },
  ids: { kind: 'numeric', digits: 8 },
  secret: {
    prefix: 'fp.',
    encoding: 'hex',
    bytes: 24,
    key: 'bytes',
    mask: { first: 3, filler: '*', count: 8, last: 4 },
  },
  signing: bodyHex({ header: 'Ferrypost-Signature' }),
  delivery: {
    messageIds: 'msg',
    userAgent: 'Ferrypost',
    headers: { 'ferrypost-event': 'eventId', 'ferrypost-hook': 'endpointId', 'ferrypost-env': { $constant: 'live' } },
    body: {
      object: { $constant: 'event' },
      api: { $constant: { major: 2 } },
      message: 'messageId',
      event: 'eventId',
      kind: 'eventType',
      harbour: 'tenantId',
      hook: 'endpointId',
      at: 'createdAt',
      cargo: 'payload',
    },
    success: '2xx',
    retries: null,
  },
  overlap: { kind: 'chosen', field: 'keep_minutes', unit: 'minutes', defaultSeconds: 0, maximumSeconds: 3600 },
  secondRotation: { kind: 'replace' },
  idempotencyKey: 'off',
  url: 'optional',
  times: 'unix-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'PUT',
      path: '/harbours/{harbour}/hooks/{id}/secret',
      access: { apiKey: { permission: 'secrets' } },
      reply: { status: 204, body: null },
    },
    {
      use: 'reveal',
      method: 'GET',
      path: '/harbours/{harbour}/hooks/{id}/secret',
      access: { apiKey: { permission: 'secrets' } },
      reply: { status: 200, body: { secret: 'signingSecret', since: 'rotatedAt', until: 'previousExpiresAt' } },
    },
    {
      use: 'get',
      method: 'GET',
      path: '/harbours/{harbour}/hooks/{id}',
      access: { apiKey: { permission: 'hooks' } },
      reply: {
        status: 200,
        body: {
          hook: {
            id: 'id',
            url: { $present: 'url' },
            secret: 'secretMask',
            state: { $words: 'status', words: { active: 1, paused: 0 } },
            created: 'createdAt',
            changed: { $time: 'updatedAt', format: 'unix-millis' },
          },
        },
      },
    },
  ],
  errors: {
    body: { fault: { number: 'code', text: 'detail', field: { $present: 'param' } } },
    words: { 'not-found': { code: 40_401, detail: 'No such hook.' } },
    byStatus: { 400: { code: 40_000 }, 401: { code: 40_100 }, 403: { code: 40_300 }, 404: { code: 40_400 } },
  },
} as const satisfies Contract
