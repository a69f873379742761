import type { Contract } from '../../../../src/contracts/contract'
import { timestampBodyHex } from '../../../../src/verify/schemes'

/**
 * One member of a general PATCH rotates. A flag whose absence is not what true means, four places for a credential,
 * numeric ids as numbers, request ids and times, the secret before in the reply, errors of several shapes; signs with the
 * text behind its prefix, the key before in a header of its own, and a time that is a text.
 */
export const harborline = {
  name: 'harborline',
  credentials: {
    in: [
      { kind: 'bearer' },
      { kind: 'header', name: 'X-Harbor-Token', prefix: 'Token ' },
      { kind: 'basic' },
      { kind: 'query', name: 'key' },
    ],
    apiKey: { prefix: 'hl_', encoding: 'upper-hex', bytes: 32 },
    permissions: ['hooks'],
  },
  tenant: { from: 'credential' },
  ids: { kind: 'numeric', digits: 9 },
  secret: { prefix: 'hls_', encoding: 'alphanumeric', bytes: 32, key: 'text-after-prefix' },
  signing: {
    ...timestampBodyHex({ header: 'Harbor-Signature', timestamp: 'Harbor-Time' }),
    isoTime: 'second',
    previous: {
      header: ['harbor-signature-old'],
      content: '{timestamp}.{body}',
      encoding: 'hex',
      form: 'single',
      prefix: '',
    },
  },
  overlap: {
    kind: 'chosen',
    field: 'rotation.keep_old',
    unit: 'words',
    words: { true: 86_400, false: 0, forever: 'endless', 48: 172_800 },
    defaultSeconds: 0,
    maximumSeconds: 172_800,
  },
  secondRotation: { kind: 'keep', maximumLiveKeys: 4, immediateEnds: 'current' },
  rotateBody: { unknownFields: 'refuse', reason: { field: 'rotation.note', maximumCharacters: 12, required: true } },
  times: 'unix-seconds',
  headers: { 'X-Harbor-Request': 'requestId', 'X-Harbor-Api': { $constant: '7' } },
  operations: [
    {
      use: 'rotate',
      method: 'PATCH',
      path: '/hooks/{id}',
      when: { 'rotation.now': true },
      access: { apiKey: { permission: 'hooks' } },
      reply: {
        status: 200,
        body: {
          ok: true,
          warnings: null,
          api: 7,
          hook: { id: { $number: 'id' }, label: { $text: 'hook {id} of {tenantId}' }, secret: 'signingSecret' },
          previous: { $present: 'previousSecret' },
          meta: { request: { $text: 'req_{requestId}' }, at: { $time: 'requestTime', format: 'iso-seconds' } },
        },
      },
    },
    {
      use: 'update',
      method: 'PATCH',
      path: '/hooks/{id}',
      access: { apiKey: { permission: 'hooks' } },
      reply: { status: 200, body: { ok: true, hook: { id: { $number: 'id' }, url: 'url' } } },
    },
  ],
  errors: {
    body: { ok: false, faults: 'messages', request: 'requestId', at: 'requestTime' },
    words: {
      'not-found': { detail: 'No hook has the id {id}.' },
      'rotation-conflict': { detail: '{method} {path} came too late.' },
    },
    byStatus: {
      400: {
        code: 'invalid-request',
        detail: '{detail}',
        body: { ok: false, code: 'code', each: { $each: 'errors', shape: { $text: '{path}: {message}' } } },
      },
      403: { body: null },
      429: { detail: 'Wait {retryAfterSeconds} s.' },
    },
    other: { status: 418, code: 'harbour_closed', title: 'Closed', detail: 'Ask the harbour master.' },
  },
} as const satisfies Contract
