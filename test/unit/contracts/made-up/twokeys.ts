import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/** A token with or without `Bearer`, true or false for the overlap, an endpoint of fixed id, no body but the overlap's field; signs with base64url's bytes. */
export const twokeys = {
  name: 'twokeys',
  credentials: {
    in: [{ kind: 'header', name: 'Authorization' }, { kind: 'bearer' }],
    apiKey: { prefix: '2k.', encoding: 'base64url', bytes: 48 },
  },
  tenant: { from: 'credential' },
  ids: { kind: 'fixed', id: 'account' },
  secret: { prefix: 'sec~', encoding: 'base64url', bytes: 64, key: 'bytes' },
  signing: bodyHex({ header: 'X-Two-Keys' }),
  overlap: {
    kind: 'chosen',
    field: 'keepOld',
    unit: 'words',
    words: { true: 900, false: 0 },
    defaultSeconds: 900,
    maximumSeconds: 900,
  },
  secondRotation: { kind: 'replace' },
  idempotencyKey: 'off',
  url: 'optional',
  times: 'iso-millis',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/account/secret',
      access: { apiKey: {} },
      reply: { status: 200, body: 'signingSecret' },
    },
  ],
  errors: { body: { message: 'detail' } },
} as const satisfies Contract
