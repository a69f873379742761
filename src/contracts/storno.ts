import { bodyHex } from '../verify/schemes'
import type { Contract } from './contract'
import { underOwnNames } from './shape'

const webhook = {
  uuid: 'id',
  url: 'url',
  description: 'description',
  events: 'eventTypes',
  isActive: 'active',
} as const
const times = { createdAt: 'createdAt', updatedAt: 'updatedAt' } as const

/**
 * Storno: rotated with a bearer token, scoped to the company in `X-Company`; the old secret ends at once.
 *
 * Our reading, where its pages are silent:
 * - Tokens are `storno_` and 32 random bytes in base64url.
 * - Every error is `{"code": <status>, "error": "<text>"}`.
 * - `X-Company` missing or malformed is 400, before the webhook's 404: without a company no webhook can be looked for. A
 *   company that the token may not act for is 404, like an unknown webhook.
 * - Reading a webhook takes any token: the page of the rotation asks for `webhook.manage`, and no page names a
 *   permission for a read.
 * - A delivery's body has the message id as `id`, as `X-Webhook-Id` has it: a UUID, as in the vendor's paths.
 */
export const storno = {
  name: 'storno',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'storno_', encoding: 'base64url', bytes: 32 },
    // `webhook.view` is needed for nothing here: a token that has it alone is one without `webhook.manage`.
    permissions: ['webhook.manage', 'webhook.view'],
  },
  tenant: { from: 'header', header: 'X-Company', format: 'uuid' },
  ids: { kind: 'uuid' },
  secret: {
    prefix: 'whsec_',
    encoding: 'hex',
    bytes: 32,
    mask: { first: 6, filler: '•', count: 24, last: 0 },
  },
  signing: bodyHex({ header: 'x-webhook-signature' }),
  delivery: {
    messageIds: 'uuid',
    userAgent: 'Storno-Webhook/1.0',
    headers: { 'x-webhook-event': 'eventType', 'x-webhook-id': 'messageId' },
    body: { id: 'messageId', event: 'eventType', created_at: 'createdAt', data: 'payload' },
    success: '2xx',
    retries: 3,
  },
  overlap: { kind: 'none' },
  testBody: { eventTypeField: 'eventType' },
  times: 'iso-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/api/v1/webhooks/{id}/regenerate-secret',
      access: { apiKey: { permission: 'webhook.manage' } },
      reply: { status: 200, body: { ...webhook, secret: 'signingSecret', ...times } },
    },
    {
      use: 'get',
      method: 'GET',
      path: '/api/v1/webhooks/{id}',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: {
          ...webhook,
          secret: 'secretMask',
          ...times,
          ...underOwnNames('deliveriesCount', 'lastDeliveryAt', 'lastDeliveryStatus'),
        },
      },
    },
    {
      use: 'test',
      method: 'POST',
      path: '/api/v1/webhooks/{id}/test',
      access: { apiKey: { permission: 'webhook.manage' } },
      reply: {
        status: 200,
        body: {
          deliveryUuid: 'messageId',
          status: 'deliveryStatus',
          ...underOwnNames(
            'eventType',
            'requestPayload',
            'requestHeaders',
            'responseStatus',
            'responseBody',
            'errorMessage',
            'durationMs',
          ),
          createdAt: 'sentAt',
        },
      },
    },
  ],
  errors: {
    body: { code: 'status', error: 'detail' },
    words: {
      'missing-credentials': { detail: 'Missing authentication token' },
      'invalid-api-key': { detail: 'Invalid authentication token' },
      'permission-denied': { detail: 'Insufficient permissions — requires webhook.manage permission' },
      'not-found': { detail: 'Webhook endpoint not found for this company' },
    },
  },
} as const satisfies Contract
