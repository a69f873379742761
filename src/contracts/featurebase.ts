import { timestampBodyHex } from '../verify/schemes'
import { standardDelivery } from './defaults'
import type { Contract } from './contract'

/**
 * Featurebase: rotated with an API key, from API version 2026-01-01.nova on; the old secret ends at once.
 *
 * Our reading, where its pages are silent:
 * - API keys are `fb_` and 32 random bytes in base64url.
 * - Without `Featurebase-Version` a request is for the newest version. A version older than the operation is 404 and
 *   names the version that has it, before the credential. An unknown or malformed one is 400, after 401, 403 and 404.
 * - Of the statuses `active`, `paused` and `suspended`, `paused` is the owner's doing and `suspended` the platform's: a
 *   pause by Keyturn after too many failures shows as `suspended`, also where the owner paused as well.
 * - A webhook that nothing was delivered to has its counters at 0; its times of response, its last success and its last
 *   status are null.
 * - A delivery's body is `{id, topic, createdAt, data}`.
 */
export const featurebase = {
  name: 'featurebase',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'fb_', encoding: 'base64url', bytes: 32 },
  },
  tenant: { from: 'credential' },
  ids: { kind: 'object-id' },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: timestampBodyHex({ header: 'x-webhook-signature', timestamp: 'x-webhook-timestamp' }),
  delivery: {
    ...standardDelivery,
    body: { id: 'messageId', topic: 'eventType', createdAt: 'createdAt', data: 'payload' },
    success: [200, 201, 202, 204],
  },
  overlap: { kind: 'none' },
  apiVersions: { header: 'Featurebase-Version', known: ['2026-01-01.nova', '2025-12-12.clover'] },
  times: 'iso-millis',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/v2/webhooks/{id}/secret',
      since: '2026-01-01.nova',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: {
          id: 'id',
          createdAt: 'createdAt',
          description: 'description',
          health: {
            avgResponseTime: 'avgResponseTimeMs',
            consecutiveFailures: 'consecutiveFailures',
            errorsSinceLastSuccess: 'errorsSinceLastSuccess',
            lastResponseTime: 'lastResponseTimeMs',
            lastSuccessAt: 'lastSuccessAt',
          },
          lastStatus: 'lastStatus',
          name: 'name',
          object: { $constant: 'webhook' },
          requestConfig: 'requestConfig',
          secret: 'signingSecret',
          status: 'standing',
          topics: 'eventTypes',
          updatedAt: 'updatedAt',
          url: 'url',
          version: { $constant: '1.0' },
        },
      },
    },
  ],
  errors: {
    body: { error: { type: 'type', code: 'code', message: 'detail', param: 'param', status: 'status' } },
    words: {
      'missing-credentials': { code: 'missing_api_key' },
      'invalid-api-key': { code: 'invalid_api_key' },
      'not-found': { code: 'resource_not_found', detail: 'Webhook not found' },
      'route-not-found': { code: 'route_not_found' },
      'not-in-this-version': { code: 'not_in_this_version' },
      'payload-too-large': { code: 'payload_too_large' },
      'rotation-budget': { code: 'rate_limited' },
    },
    byStatus: {
      400: { type: 'invalid_request_error', code: 'invalid_request' },
      401: { type: 'authentication_error', code: 'invalid_api_key' },
      403: { type: 'authorization_error', code: 'forbidden' },
      404: { type: 'invalid_request_error', code: 'resource_not_found' },
      405: { type: 'invalid_request_error', code: 'method_not_allowed' },
      409: { type: 'invalid_request_error', code: 'conflict' },
      413: { type: 'invalid_request_error', code: 'payload_too_large' },
      429: { type: 'rate_limit_error', code: 'rate_limited' },
      500: { type: 'api_error', code: 'internal_error' },
      503: { type: 'api_error', code: 'unavailable' },
    },
  },
} as const satisfies Contract
