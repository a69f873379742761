import type { Contract } from '../../../../src/contracts/contract'
import { standardWebhooks } from '../../../../src/verify/schemes'

/**
 * The key before works until it is revoked, unless the request says when it ends: a day ahead at least. A secret
 * of the caller's own may leave its prefix out; ids of upper-case letters, and replies of a type of their own.
 */
export const tidewell = {
  name: 'tidewell',
  credentials: { apiKey: { prefix: 'tw_', encoding: 'hex', bytes: 32 } },
  tenant: { from: 'credential' },
  ids: { kind: 'text', make: { prefix: '', encoding: 'upper-alphanumeric', bytes: 26 }, maximum: 26 },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: standardWebhooks,
  overlap: {
    kind: 'chosen',
    field: 'retire_after',
    unit: 'instant',
    defaultSeconds: 'endless',
    minimumSeconds: 86_400,
    maximumSeconds: 864_000,
    clamped: true,
  },
  secondRotation: { kind: 'keep', maximumLiveKeys: 4 },
  rotateBody: {
    unknownFields: 'refuse',
    nulls: 'absent',
    ownSecret: { field: 'secret', minimumBytes: 24, maximumBytes: 64, optionalPrefix: true },
  },
  contentType: 'application/vnd.tidewell.v1+json',
  times: 'iso-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/wells/{id}/secret',
      access: { apiKey: {} },
      reply: { status: 200, body: { secret: 'signingSecret', old_ends: 'previousExpiresAt' } },
    },
  ],
  errors: { body: { message: 'detail' } },
} as const satisfies Contract
