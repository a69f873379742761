import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/**
 * The overlap in the path, in days, rounded down; an emergency rotation; keys before without an end by default. Signs in
 * the body, with its id and its time there, and shows which secret is the newest by its time alone.
 */
export const moorgate = {
  name: 'moorgate',
  credentials: { in: { kind: 'query', name: 'api_key' }, apiKey: { prefix: '', encoding: 'hex', bytes: 32 } },
  tenant: { from: 'header', header: 'Moor-Account', format: 'tenant-id' },
  ids: { kind: 'object-id' },
  secret: { prefix: '', encoding: 'base64', bytes: 30 },
  signing: {
    ...bodyHex({ header: 'unused' }),
    inBody: { signature: 'proof.signature', id: 'proof.token', timestamp: 'proof.time' },
    signature: { header: [], content: '{timestamp}{id}|{body}', encoding: 'base64', form: 'single', prefix: '' },
  },
  overlap: {
    kind: 'chosen',
    field: '{over_days}',
    unit: 'days',
    defaultSeconds: 86_400,
    maximumSeconds: 864_000,
    rounded: { toSeconds: 86_400, direction: 'down' },
  },
  secondRotation: { kind: 'replace' },
  rotateBody: { constants: { urgent: false } },
  times: 'unix-millis',
  operations: [
    {
      use: 'rotate',
      method: 'PUT',
      path: '/moorings/{id}/overlap/{over_days}',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: { $each: 'secrets', shape: { at: 'createdAt', text: 'signingSecret' }, order: 'oldest-first' },
      },
    },
  ],
  errors: { body: { $list: [{ why: 'detail' }] } },
} as const satisfies Contract
