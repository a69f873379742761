import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/** The caller brings the secret, which may be any text, in a general PATCH of the hook; nothing shows it again. */
export const brambleway = {
  name: 'brambleway',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'bw_', encoding: 'hex', bytes: 32 },
    sessions: false,
    permissions: [],
    plans: [],
  },
  tenant: { from: 'credential' },
  ids: { kind: 'numeric', digits: 9 },
  secret: { prefix: '', encoding: 'hex', bytes: 32 },
  signing: bodyHex({ header: 'brambleway-signature', prefix: 'sha256=' }),
  overlap: { kind: 'none' },
  secondRotation: { kind: 'replace' },
  cooldownSeconds: 0,
  idempotencyKey: 'off',
  rotateBody: {
    unknownFields: 'refuse',
    ownSecret: { field: 'secret', minimumBytes: 16, maximumBytes: 128, required: true, free: true },
  },
  url: 'optional',
  reach: 'own',
  times: 'iso-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'PATCH',
      path: '/hooks/{id}/config',
      when: { secret: { $present: true } },
      access: { apiKey: {} },
      reply: { status: 200, body: { url: 'url', secret: { $constant: '********' } } },
    },
    {
      use: 'update',
      method: 'PATCH',
      path: '/hooks/{id}/config',
      access: { apiKey: {} },
      reply: { status: 200, body: { url: 'url' } },
    },
  ],
  errors: { contentType: 'application/json', body: { message: 'detail' }, words: {}, byStatus: {} },
  vendorReplays: false,
} as const satisfies Contract
