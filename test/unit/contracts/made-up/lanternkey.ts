import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/**
 * A body that must be sent, with constants in it, in the query and in a header, and its idempotency key; ids of any form;
 * an overlap with a least length that is rounded; the list of all secrets, oldest first; a slash at the end of a path.
 * Signs `v0:<milliseconds>:<body>` with upper-case hex, the signatures apart by commas, older ones told by name, and shows after a revoke what it shows after a rotation.
 */
export const lanternkey = {
  name: 'lanternkey',
  credentials: { in: { kind: 'basic', user: 'api' }, apiKey: { prefix: '', encoding: 'alphanumeric', bytes: 43 } },
  tenant: { from: 'credential' },
  ids: { kind: 'text', make: { prefix: 'Lantern-', encoding: 'uuid', bytes: 16 }, maximum: 80 },
  secret: { prefix: 'LK.', encoding: 'upper-hex', bytes: 32, key: 'bytes' },
  signing: {
    ...bodyHex({ header: 'Lantern-Signature' }),
    id: ['lantern-id'],
    timestamp: ['lantern-time'],
    milliseconds: true,
    signature: {
      header: ['lantern-signature'],
      content: 'v0:{id}:{timestamp}:{body}',
      encoding: 'upper-hex',
      form: 'list',
      prefix: 'v0=',
      olderPrefix: 'old=',
      separator: ', ',
    },
  },
  overlap: {
    kind: 'chosen',
    field: '?grace',
    unit: 'seconds',
    defaultSeconds: 3600,
    minimumSeconds: 600,
    maximumSeconds: 7200,
    rounded: { toSeconds: 600, direction: 'up' },
  },
  secondRotation: { kind: 'keep', maximumLiveKeys: 3 },
  cooldownSeconds: 30,
  cooldownFrom: 'rotation',
  idempotencyKey: { rule: 'required', in: 'request.token' },
  rotateBody: {
    unknownFields: 'refuse',
    required: true,
    constants: { action: 'rotate', 'target.kind': 'secret', '?confirm': true, 'X-Lantern-Intent:': 'rotate' },
  },
  times: 'iso-millis',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/lanterns/{id}/secrets/',
      access: { apiKey: {} },
      reply: {
        status: 201,
        body: {
          data: {
            $list: [
              {
                lantern: 'id',
                secrets: {
                  $each: 'secrets',
                  order: 'oldest-first',
                  shape: {
                    value: 'signingSecret',
                    key: 'keyId',
                    state: { $words: 'isCurrent', words: { true: 'primary', false: 'retiring' } },
                    created: 'createdAt',
                    ends: 'expiresAt',
                  },
                },
              },
            ],
          },
        },
      },
    },
    {
      use: 'revoke-previous',
      method: 'DELETE',
      path: '/lanterns/{id}/secrets/old',
      access: { apiKey: {} },
      reply: { status: 200, body: { secret: 'signingSecret', lantern: 'id', ended: 'revokedKeyIds' } },
    },
    {
      use: 'reveal',
      method: 'GET',
      path: '/lanterns/{id}/secrets/',
      access: { apiKey: {} },
      reply: { status: 200, body: { all: { $each: 'secrets', shape: 'signingSecret' } } },
    },
  ],
  errors: { body: { error: 'code', detail: 'detail' } },
} as const satisfies Contract
