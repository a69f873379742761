import type { Contract, Operation } from '../../../src/contracts/contract'
import { bodyHex, timestampBodyHex } from '../../../src/verify/schemes'

// The pieces of contracts that docs/add-a-contract.md shows, letter by letter, so that they compile.

export const credentials = {
  in: [
    { kind: 'bearer' },
    { kind: 'header', name: 'X-Api-Key' },
    { kind: 'header', name: 'Authorization', prefix: 'Token ' },
    { kind: 'basic', token: 'password' },
    { kind: 'query', name: 'key' },
  ],
  apiKey: { prefix: 'acme_', encoding: 'base64url', bytes: 32 },
} as const satisfies Contract['credentials']

export const ids = {
  kind: 'text',
  make: { prefix: 'Hook-', encoding: 'uuid', bytes: 16 },
  maximum: 64,
} as const satisfies Contract['ids']

export const secret = {
  prefix: 'sec_',
  encoding: 'hex',
  bytes: 32,
  key: 'bytes',
} as const satisfies Contract['secret']

export const slackLike = {
  ...timestampBodyHex({ header: 'X-Acme-Signature', timestamp: 'X-Acme-Time' }),
  signature: {
    header: ['x-acme-signature'],
    content: 'v0:{timestamp}:{body}',
    encoding: 'hex',
    form: 'single',
    prefix: 'v0=',
  },
} as const satisfies Contract['signing']

export const byCommas = {
  ...timestampBodyHex({ header: 'X-Acme-Signature', timestamp: 'X-Acme-Time' }),
  isoTime: 'second',
  signature: {
    header: ['x-acme-signature'],
    content: '{timestamp}.{body}',
    encoding: 'hex',
    form: 'list',
    separator: ',',
    prefix: 'v1=',
    olderPrefix: 'v2=',
  },
} as const satisfies Contract['signing']

export const oldAndNew = {
  ...bodyHex({ header: 'X-Acme-Signature' }),
  previous: {
    header: ['x-acme-signature-old'],
    content: '{body}',
    encoding: 'hex',
    form: 'single',
    prefix: '',
  },
} as const satisfies Contract['signing']

export const inBody = {
  ...bodyHex({ header: 'unused' }),
  inBody: { signature: 'proof.signature', timestamp: 'proof.at' },
  signature: {
    header: [],
    content: '{timestamp}.{body}',
    encoding: 'hex',
    form: 'single',
    prefix: '',
  },
} as const satisfies Contract['signing']

export const flag = {
  kind: 'chosen',
  field: 'keep_old',
  unit: 'words',
  words: { true: 24 * 60 * 60, false: 0 },
  defaultSeconds: 0,
  maximumSeconds: 24 * 60 * 60,
} as const satisfies Contract['overlap']

export const hoursInQuery = {
  kind: 'chosen',
  field: '?grace_hours',
  unit: 'hours',
  defaultSeconds: 24 * 60 * 60,
  minimumSeconds: 60 * 60,
  maximumSeconds: 72 * 60 * 60,
  rounded: { toSeconds: 60 * 60, direction: 'up' },
} as const satisfies Contract['overlap']

export const rotateBody = {
  required: true,
  constants: { 'data.type': 'webhook-secret', '?confirm': true },
  reason: { field: 'data.reason', maximumCharacters: 200, required: true },
  ownSecret: { field: 'data.secret', minimumBytes: 24, maximumBytes: 64, optionalPrefix: true },
  nulls: 'absent',
  unknownFields: 'refuse',
} as const satisfies Contract['rotateBody']

export const generalPatch = [
  {
    use: 'rotate',
    method: 'PATCH',
    path: '/hooks/{id}',
    when: { rotate_secret: true },
    access: { apiKey: {} },
    reply: { status: 200, body: { id: 'id', secret: 'signingSecret' } },
  },
  {
    use: 'update',
    method: 'PATCH',
    path: '/hooks/{id}',
    access: { apiKey: {} },
    reply: { status: 200, body: { id: 'id', url: 'url' } },
  },
] as const satisfies readonly Operation[]

export const reply = {
  status: 200,
  body: {
    success: true,
    request_id: { $text: 'req_{requestId}' },
    data: {
      id: { $number: 'id' },
      status: { $words: 'status', words: { active: 'enabled', paused: 'disabled' } },
      rotated: { $time: 'rotatedAt', format: 'unix-seconds' },
      old_secret: { $present: 'previousSecret' },
      secrets: {
        $each: 'secrets',
        shape: { value: 'signingSecret', primary: 'isCurrent', expires: 'expiresAt' },
      },
    },
  },
} as const satisfies Extract<Operation, { use: 'rotate' }>['reply']

export const errors = {
  body: { success: false, errors: { $list: [{ code: 'code', message: 'detail' }] }, request_id: 'requestId' },
  words: { 'not-found': { code: 1404, detail: 'Webhook {id} does not exist.' } },
  byStatus: {
    400: { status: 422, code: 1422, detail: '{detail}', body: { success: false, errors: 'messages' } },
    401: { code: 1401, detail: 'Check your API key.' },
    429: { code: 1429, detail: 'Try again in {retryAfterSeconds} seconds.' },
  },
  other: { code: 1000, detail: 'The request failed.' },
} as const satisfies Contract['errors']

export const delivery = {
  messageIds: 'uuid',
  userAgent: 'Acme/1.0',
  headers: { 'x-acme-event': 'eventType', 'x-acme-environment': { $constant: 'Production' } },
  body: { object: { $constant: 'event' }, id: 'eventId', type: 'eventType', created: 'createdAt', data: 'payload' },
  success: '2xx',
  retries: null,
} as const satisfies Contract['delivery']

export const endless = {
  kind: 'chosen',
  field: 'retire_after',
  unit: 'instant',
  defaultSeconds: 'endless',
  minimumSeconds: 24 * 60 * 60,
  maximumSeconds: 365 * 24 * 60 * 60,
  clamped: true,
} as const satisfies Contract['overlap']

export const publishes = {
  signing: 'published',
  leadSeconds: 600,
  overlapSeconds: 3600,
} as const satisfies Contract['publishes']

export const anySecret = {
  use: 'rotate',
  method: 'PATCH',
  path: '/hooks/{id}',
  when: { secret: { $present: true } },
  access: { apiKey: {} },
  reply: { status: 200, body: { id: 'id', secret: { $constant: '********' } } },
} as const satisfies Operation
