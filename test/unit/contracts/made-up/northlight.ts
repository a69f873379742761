import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/** Keys before that never end by themselves, an instant in unix seconds, a header for the overlap; signs its URL. */
export const northlight = {
  name: 'northlight',
  credentials: {
    in: { kind: 'header', name: 'Authorization', prefix: 'Key ' },
    apiKey: { prefix: '', encoding: 'base64url', bytes: 32 },
  },
  tenant: { from: 'credential' },
  ids: { kind: 'uuid' },
  secret: { prefix: '', encoding: 'base64url', bytes: 32 },
  signing: {
    ...bodyHex({ header: 'X-North-Signature' }),
    signature: {
      header: ['x-north-signature'],
      content: '{url}{body}',
      encoding: 'base64',
      form: 'single',
      prefix: '',
    },
  },
  overlap: {
    kind: 'chosen',
    field: 'North-Until:',
    unit: 'unix-seconds',
    defaultSeconds: 60,
    required: true,
    maximumSeconds: 6000,
    rounded: { toSeconds: 60, direction: 'nearest' },
  },
  secondRotation: { kind: 'keep', maximumLiveKeys: 2 },
  times: 'unix-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/lights/{id}/key',
      access: { apiKey: {} },
      reply: { status: 200, body: { key: 'signingSecret', until: 'previousExpiresAt' } },
    },
  ],
  errors: { body: { error: 'detail' } },
} as const satisfies Contract
