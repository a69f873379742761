import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/** True or false for the overlap, an endpoint of fixed id, no body but the overlap's field; signs with base64url's bytes. */
export const twokeys = {
  name: 'twokeys',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: '2k.', encoding: 'base64url', bytes: 48 },
    sessions: false,
    permissions: [],
    plans: [],
  },
  tenant: { from: 'credential' },
  ids: { kind: 'fixed', id: 'account' },
  secret: { prefix: 'sec~', encoding: 'base64url', bytes: 64 },
  signing: { ...bodyHex({ header: 'X-Two-Keys' }), keyBytes: { encoding: 'base64url', prefix: 'sec~' } },
  overlap: { kind: 'chosen', field: 'keepOld', unit: 'boolean', defaultSeconds: 900, maximumSeconds: 900 },
  secondRotation: { kind: 'replace' },
  cooldownSeconds: 0,
  idempotencyKey: 'off',
  rotateBody: null,
  url: 'optional',
  reach: 'own',
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
  errors: { contentType: 'application/json', body: { message: 'detail' }, words: {}, byStatus: {} },
  vendorReplays: false,
} as const satisfies Contract
