import type { Contract } from '../../../../src/contracts/contract'
import { timestampedList } from '../../../../src/verify/schemes'

/** `:verb` suffixes, `{data: …}` wrappers, ISO 8601 durations, base64url, a cooldown; sessions of both roles. */
export const verbena = {
  name: 'verbena',
  credentials: { in: { kind: 'bearer' }, sessions: true },
  tenant: { from: 'header', header: 'Verbena-Garden', format: 'tenant-id' },
  ids: { kind: 'uuid' },
  secret: { prefix: '', encoding: 'base64url', bytes: 32 },
  signing: timestampedList({ header: 'Verbena-Signature' }),
  overlap: { kind: 'chosen', field: 'grace', unit: 'iso-duration', defaultSeconds: 3600, maximumSeconds: 172_800 },
  secondRotation: { kind: 'keep', maximumLiveKeys: 2 },
  cooldownSeconds: 60,
  rotateBody: { unknownFields: 'refuse' },
  times: 'unix-millis',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/hooks/{id}:rotate',
      access: { session: { roles: ['admin'] } },
      reply: {
        status: 200,
        body: { data: { secret: 'signingSecret', key: 'keyId', start: { $first: 4, of: 'signingSecret' } } },
      },
    },
    {
      use: 'revoke-previous',
      method: 'POST',
      path: '/hooks/{id}:revoke',
      access: { session: { roles: ['admin'] } },
      reply: { status: 200, body: { data: { revoked: 'revokedKeyIds', version: 'version' } } },
    },
    {
      use: 'secret-state',
      method: 'GET',
      path: '/hooks/{id}:state',
      access: { session: { roles: ['admin', 'member'] } },
      reply: { status: 200, body: { data: { hint: 'secretHint', keys: 'keys' } } },
    },
    {
      use: 'get',
      method: 'GET',
      path: '/hooks/{id}',
      access: { session: { roles: ['admin', 'member'] } },
      reply: { status: 200, body: { data: { id: 'id', hint: 'secretHint', kind: { $constant: 'hook' } } } },
    },
  ],
  errors: {
    body: { error: { status: 'status', reason: 'code', fields: 'errors' } },
    words: { 'rotation-cooldown': { status: 425, code: null } },
  },
} as const satisfies Contract
