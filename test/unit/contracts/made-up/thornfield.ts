import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/** The caller brings the secret and sends its URL again, which the vendor would forget otherwise; no other member is taken. */
export const thornfield = {
  name: 'thornfield',
  credentials: { apiKey: { prefix: 'tf_', encoding: 'hex', bytes: 32 } },
  tenant: { from: 'credential' },
  ids: { kind: 'uuid' },
  secret: { prefix: '', encoding: 'hex', bytes: 32 },
  signing: bodyHex({ header: 'thornfield-signature' }),
  overlap: { kind: 'none' },
  idempotencyKey: 'off',
  rotateBody: {
    unknownFields: 'refuse',
    ownSecret: { field: 'hook.secret', minimumBytes: 16, maximumBytes: 128, required: true },
  },
  operations: [
    {
      use: 'rotate',
      method: 'PUT',
      path: '/thorns/{id}',
      access: { apiKey: {} },
      reply: { status: 200, body: { target: 'url', state: { $words: 'status', words: { active: 'on' } } } },
    },
    {
      use: 'get',
      method: 'GET',
      path: '/thorns/{id}',
      access: { apiKey: {} },
      reply: { status: 200, body: { target: 'url', labels: 'eventTypes' } },
    },
  ],
  errors: { body: { message: 'detail' } },
  client: { sentBack: { 'hook.target': 'url', labels: 'eventTypes' } },
} as const satisfies Contract
