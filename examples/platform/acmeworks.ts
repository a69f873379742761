import type { Contract } from 'keyturn/infra'
import { standardWebhooks } from 'keyturn/verify'

/** Acmeworks does not exist. docs/add-a-contract.md explains each member. */
export const acmeworks = {
  name: 'acmeworks',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'acme_', encoding: 'base64url', bytes: 32 },
    permissions: ['hooks:write'],
  },
  tenant: { from: 'credential' },
  ids: { kind: 'prefixed', prefix: 'hook_', characters: 20 },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: standardWebhooks,
  overlap: { kind: 'fixed', seconds: 24 * 60 * 60 },
  secondRotation: { kind: 'keep', maximumLiveKeys: 5 },
  times: 'unix-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/api/hooks/{id}/roll',
      access: { apiKey: { permission: 'hooks:write' } },
      reply: { status: 200, body: { hook: 'id', secret: 'signingSecret', old_secret_ends: 'previousExpiresAt' } },
    },
  ],
  errors: { body: { error: 'code' } },
} as const satisfies Contract
