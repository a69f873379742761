import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

const access = { apiKey: {} } as const

/** A rotation publishes its key, which signs a minute after receivers can read it; it can be given up until then. */
export const slowgate = {
  name: 'slowgate',
  credentials: { in: { kind: 'bearer' }, apiKey: { prefix: 'sg_', encoding: 'hex', bytes: 32 } },
  tenant: { from: 'credential' },
  ids: { kind: 'uuid' },
  secret: { prefix: 'gate_', encoding: 'hex', bytes: 32 },
  signing: bodyHex({ header: 'Gate-Signature' }),
  overlap: { kind: 'none' },
  times: 'iso-millis',
  publishes: { signing: 'published', leadSeconds: 60, overlapSeconds: 1800 },
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/gates/{id}/turn',
      access,
      reply: {
        status: 201,
        body: { secret: 'signingSecret', key: 'keyId', state: 'keyState', signs_from: 'signsFrom' },
      },
    },
    {
      use: 'abandon',
      method: 'POST',
      path: '/gates/{id}/turn-away',
      access,
      reply: { status: 200, body: { key: 'abandonedKeyId', until: 'expiresAt' } },
    },
  ],
  errors: { body: { why: 'detail', code: 'code' } },
} as const satisfies Contract
