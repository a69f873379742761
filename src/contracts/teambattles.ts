import { standardWebhooks } from '../verify/schemes'
import { standardDelivery } from './defaults'
import type { Contract } from './contract'

/**
 * TeamBattles: rotated with an owner's API key on a paid plan; the old secret keeps signing for 24 hours.
 *
 * Our reading, where its page is silent:
 * - API keys are `tb_` and 32 random bytes in base64url; the plans are `free`, `api_pro` and `api_enterprise`.
 * - A second rotation inside the 24 hours keeps every live secret, five at most, and then answers 409: to end the old
 *   one sooner would break the page's promise for a double click.
 * - The vendor names errors for some refusals. `error_too_many_live_secrets`, `error_not_found`,
 *   `error_method_not_allowed`, `error_conflict`, `error_internal` and `error_unavailable` are ours.
 */
export const teambattles = {
  name: 'teambattles',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'tb_', encoding: 'base64url', bytes: 32 },
    permissions: ['webhooks.manage'],
    plans: ['free', 'api_pro', 'api_enterprise'],
  },
  tenant: { from: 'credential', ownerKinds: ['user', 'game', 'league'] },
  ids: { kind: 'prefixed', prefix: 'wh_', characters: 24 },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: standardWebhooks,
  delivery: { ...standardDelivery, headers: { 'x-teambattles-event': 'eventType' } },
  overlap: { kind: 'fixed', seconds: 24 * 60 * 60 },
  secondRotation: { kind: 'keep', maximumLiveKeys: 5 },
  rotationResetsFailures: true,
  url: 'public',
  times: 'iso-millis',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/api/v1/webhooks/{id}/rotate-secret',
      access: { apiKey: { permission: 'webhooks.manage', minimumPlan: 'api_pro' } },
      reply: {
        status: 200,
        body: { id: 'id', signingSecret: 'signingSecret', secretPrefix: { $first: 8, of: 'signingSecret' } },
      },
    },
  ],
  errors: {
    body: { error: 'code', details: { $present: 'detail' } },
    words: {
      'missing-credentials': { code: 'error_api_key_required' },
      'not-found': { code: 'error_webhook_not_found' },
      'permission-denied': { code: 'error_api_key_permission_denied' },
      'plan-required': { code: 'error_api_feature_required' },
      'too-many-live-keys': { code: 'error_too_many_live_secrets' },
    },
    byStatus: {
      400: { code: 'error_invalid_request' },
      401: { code: 'error_api_key_invalid' },
      403: { code: 'error_api_key_permission_denied' },
      404: { code: 'error_not_found' },
      405: { code: 'error_method_not_allowed' },
      409: { code: 'error_conflict' },
      413: { code: 'error_invalid_request' },
      429: { code: 'error_api_rate_limited' },
      500: { code: 'error_internal' },
      503: { code: 'error_unavailable' },
    },
  },
} as const satisfies Contract
