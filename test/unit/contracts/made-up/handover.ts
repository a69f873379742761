import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

const access = { apiKey: {} } as const

/** A rotation publishes its key, and somebody says when it signs; that can be taken back. */
export const handover = {
  name: 'handover',
  credentials: { in: { kind: 'header', name: 'Handover-Key' }, apiKey: { prefix: '', encoding: 'hex', bytes: 32 } },
  tenant: { from: 'credential' },
  ids: { kind: 'prefixed', prefix: 'ho_', characters: 16 },
  secret: { prefix: '', encoding: 'base64', bytes: 32 },
  signing: bodyHex({ header: 'Handover-Signature' }),
  overlap: { kind: 'fixed', seconds: 300 },
  secondRotation: { kind: 'keep', maximumLiveKeys: 3 },
  times: 'iso-millis',
  publishes: { signing: 'manual' },
  operations: [
    {
      use: 'rotate',
      method: 'PUT',
      path: '/desks/{id}/next',
      access,
      reply: { status: 200, body: { secret: 'signingSecret', id: 'keyId', from: 'signsFrom' } },
    },
    {
      use: 'promote',
      method: 'PUT',
      path: '/desks/{id}/current',
      access,
      reply: { status: 200, body: { id: 'signingKeyId', before_until: 'previousExpiresAt' } },
    },
    {
      use: 'roll-back',
      method: 'DELETE',
      path: '/desks/{id}/current',
      access,
      reply: { status: 200, body: { id: 'signingKeyId', next: 'publishedKeyId' } },
    },
  ],
  errors: { body: { error: 'code' } },
} as const satisfies Contract
