import type { Contract } from '../../../../src/contracts/contract'
import { standardWebhooks } from '../../../../src/verify/schemes'

/** Acmeworks: rotated with an API key; the caller chooses for how many hours the old secret lives. */
export const acmeworks = {
  name: 'acmeworks',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'acme_', encoding: 'base64url', bytes: 32 },
    permissions: ['hooks:read', 'hooks:write'],
  },
  tenant: { from: 'credential' },
  ids: { kind: 'prefixed', prefix: 'hook_', characters: 20 },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: standardWebhooks,
  overlap: {
    kind: 'chosen',
    field: 'hours',
    unit: 'hours',
    defaultSeconds: 24 * 60 * 60,
    maximumSeconds: 72 * 60 * 60,
  },
  secondRotation: { kind: 'keep', maximumLiveKeys: 5 },
  rotateBody: { unknownFields: 'refuse' },
  times: 'unix-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/api/hooks/{id}/roll',
      access: { apiKey: { permission: 'hooks:write' } },
      reply: {
        status: 200,
        body: {
          ok: { $constant: true },
          hook: { id: 'id', url: 'url', events: 'eventTypes', updated: 'updatedAt' },
          secret: 'signingSecret',
          old_secret_ends: 'previousExpiresAt',
        },
      },
    },
  ],
  errors: {
    body: { ok: { $constant: false }, error: 'code' },
    words: { 'permission-denied': { code: 'missing_scope' } },
    byStatus: { 401: { code: 'not_authed' }, 404: { code: 'hook_not_found' } },
  },
} as const satisfies Contract
