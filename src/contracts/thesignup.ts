import { standardWebhooks } from '../verify/schemes'
import type { Contract, ErrorWords } from './contract'
import { standardDelivery } from './defaults'
import { underOwnNames } from './shape'

const problem = (slug: string, title: string, code: string): ErrorWords => ({
  type: `https://thesignup.app/problems/${slug}`,
  title,
  code,
})

const deliveryStatus = { $words: 'deliveryStatus', words: { success: 'delivered' } } as const

/**
 * TheSignup: rotated with an organisation's API key; the old secret stays valid for 24 hours.
 *
 * Our reading, where its pages are silent:
 * - API keys are `sgn_live_` and 32 random bytes in base64url.
 * - A second rotation inside the 24 hours keeps every live secret, five at most, and then answers 409: to end the old
 *   one sooner would break the page's promise for a double click.
 * - A problem always has all seven members, `errors` as `[]` and `cause` as `{}` where there is nothing to say. The page
 *   shows the slug `not-found` and the code `missing_credentials`; the others are ours, each code its slug with
 *   underscores.
 * - What an endpoint does not have is null, not absent.
 * - A delivery's body is Standard Webhooks' `{type, timestamp, data}`, its message id a UUID as in the vendor's paths,
 *   and its status `delivered` once it succeeded.
 */
export const thesignup = {
  name: 'thesignup',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'sgn_live_', encoding: 'base64url', bytes: 32 },
  },
  tenant: { from: 'credential' },
  ids: { kind: 'uuid' },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: standardWebhooks,
  delivery: { ...standardDelivery, messageIds: 'uuid' },
  overlap: { kind: 'fixed', seconds: 24 * 60 * 60 },
  secondRotation: { kind: 'keep', maximumLiveKeys: 5 },
  times: 'iso-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/webhooks/{id}/rotate',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: {
          endpoint: underOwnNames(
            'id',
            'url',
            'description',
            'eventTypes',
            'paused',
            'pausedReason',
            'pausedAt',
            'consecutiveFailures',
            'lastSuccessAt',
            'lastFailureAt',
            'createdAt',
            'updatedAt',
          ),
          signingSecret: 'signingSecret',
        },
      },
    },
    {
      use: 'test',
      method: 'POST',
      path: '/webhooks/{id}/test',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: {
          ...underOwnNames('delivered', 'responseStatus', 'responseBody', 'errorMessage'),
          latencyMs: 'durationMs',
        },
      },
    },
    {
      use: 'deliveries',
      method: 'GET',
      path: '/webhooks/{id}/deliveries',
      access: { apiKey: {} },
      pageSizes: { usual: 50, largest: 200 },
      reply: {
        status: 200,
        body: {
          data: {
            $each: 'deliveries',
            shape: {
              id: 'messageId',
              eventType: 'eventType',
              status: deliveryStatus,
              ...underOwnNames(
                'attemptCount',
                'lastResponseStatus',
                'errorMessage',
                'createdAt',
                'deliveredAt',
                'dlqAt',
              ),
            },
          },
        },
      },
    },
    {
      use: 'send-again',
      method: 'POST',
      path: '/webhooks/deliveries/{id}/replay',
      access: { apiKey: {} },
      reply: { status: 200, body: { id: 'messageId', status: deliveryStatus } },
    },
  ],
  errors: {
    contentType: 'application/problem+json',
    body: {
      ...underOwnNames('type', 'title', 'status', 'detail', 'code', 'errors'),
      cause: { $constant: {} },
    },
    words: { 'missing-credentials': problem('missing-credentials', 'Missing credentials', 'missing_credentials') },
    byStatus: {
      400: problem('validation-failed', 'Validation failed', 'validation_failed'),
      401: problem('invalid-credentials', 'Invalid credentials', 'invalid_credentials'),
      403: problem('forbidden', 'Forbidden', 'forbidden'),
      404: problem('not-found', 'Not found', 'not_found'),
      405: problem('method-not-allowed', 'Method not allowed', 'method_not_allowed'),
      409: problem('conflict', 'Conflict', 'conflict'),
      413: problem('validation-failed', 'Validation failed', 'validation_failed'),
      429: problem('rate-limited', 'Rate limited', 'rate_limited'),
      500: problem('internal-error', 'Internal error', 'internal_error'),
      503: problem('unavailable', 'Unavailable', 'unavailable'),
    },
  },
} as const satisfies Contract
