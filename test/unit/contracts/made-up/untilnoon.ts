import type { Contract } from '../../../../src/contracts/contract'
import { timestampBodyHex } from '../../../../src/verify/schemes'

/** An instant for the overlap, API versions, owners of several kinds, uuid secrets, sessions and keys at once. */
export const untilnoon = {
  name: 'untilnoon',
  credentials: {
    in: { kind: 'header', name: 'Untilnoon-Token' },
    apiKey: { prefix: 'un_', encoding: 'base64', bytes: 32 },
    sessions: true,
    permissions: ['rotate'],
  },
  tenant: { from: 'credential', header: 'Untilnoon-Owner', ownerKinds: ['club', 'person'] },
  ids: { kind: 'object-id' },
  secret: { prefix: '', encoding: 'uuid', bytes: 16 },
  signing: {
    ...timestampBodyHex({ header: 'Untilnoon-Signature', timestamp: 'Untilnoon-Time' }),
    isoTime: 'millisecond',
  },
  overlap: { kind: 'chosen', field: 'validUntil', unit: 'instant', defaultSeconds: 600, maximumSeconds: 7200 },
  secondRotation: { kind: 'keep', maximumLiveKeys: 3 },
  rotateBody: { unknownFields: 'refuse' },
  apiVersions: { header: 'Untilnoon-Version', known: ['3', '2', '1'] },
  url: 'optional',
  times: 'iso-micros-offset',
  operations: [
    {
      use: 'rotate',
      method: 'POST',
      path: '/hooks/{id}/rotations',
      since: '2',
      access: { session: { roles: ['admin'] }, apiKey: { permission: 'rotate' } },
      reply: {
        status: 201,
        body: { hook: { id: 'id', active: 'active' }, secret: 'signingSecret', until: 'previousExpiresAt' },
      },
    },
    {
      use: 'rotations',
      method: 'GET',
      path: '/hooks/{id}/rotations',
      access: { session: { roles: ['member', 'admin'] }, apiKey: {} },
      reply: {
        status: 200,
        body: { items: { $each: 'rotations', shape: { v: 'version', at: 'at' } }, next: 'nextCursor' },
      },
    },
    {
      use: 'update',
      method: 'PUT',
      path: '/hooks/{id}',
      access: { apiKey: {} },
      reply: { status: 200, body: { id: 'id', description: 'description' } },
    },
  ],
  errors: { body: 'detail' },
} as const satisfies Contract
