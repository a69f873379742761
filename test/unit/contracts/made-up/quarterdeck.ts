import type { Contract } from '../../../../src/contracts/contract'
import { bodyHex } from '../../../../src/verify/schemes'

/** PATCH, words for the overlap, reject and force, own secrets, a required idempotency key, alphanumeric secrets. */
export const quarterdeck = {
  name: 'quarterdeck',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'qd-', encoding: 'alphanumeric', bytes: 43 },
    plans: ['crew', 'captain'],
  },
  tenant: { from: 'credential' },
  ids: { kind: 'prefixed', prefix: 'deck-', characters: 12 },
  secret: { prefix: 'qs_', encoding: 'alphanumeric', bytes: 40 },
  signing: bodyHex({ header: 'X-Deck-Signature', prefix: 'sha256=' }),
  delivery: {
    messageIds: 'uuid',
    userAgent: 'Quarterdeck/2',
    headers: { 'x-deck-event': 'eventType', 'x-deck-account': 'tenantId' },
    body: 'payload',
    success: [200, 204],
    retries: 2,
  },
  overlap: {
    kind: 'chosen',
    field: 'expirePrevious',
    unit: 'words',
    defaultSeconds: 3600,
    maximumSeconds: 86_400,
    words: { now: 0, in_an_hour: 3600, in_a_day: 86_400 },
  },
  secondRotation: { kind: 'reject' },
  idempotencyKey: 'required',
  rotateBody: {
    unknownFields: 'ignore',
    nulls: 'absent',
    ownSecret: { field: 'newSecret', minimumBytes: 32, maximumBytes: 64 },
    reason: { field: 'why', maximumCharacters: 20 },
    force: { field: 'anyway' },
  },
  times: 'iso-seconds',
  operations: [
    {
      use: 'rotate',
      method: 'PATCH',
      path: '/decks/{id}/secret',
      access: { apiKey: { minimumPlan: 'captain' } },
      reply: { status: 202, body: { deck: 'id', secret: 'signingSecret', previousUntil: 'previousExpiresAt' } },
    },
    {
      use: 'create',
      method: 'POST',
      path: '/decks',
      access: { apiKey: {} },
      reply: { status: 201, body: { deck: 'id', secret: 'signingSecret', mirror: 'mirror', version: 'version' } },
    },
    {
      use: 'list',
      method: 'GET',
      path: '/decks',
      access: { apiKey: {} },
      reply: {
        status: 200,
        body: {
          decks: { $each: 'endpoints', shape: { id: 'id', paused: 'paused', at: 'createdAt' } },
          more: { $present: 'nextCursor' },
        },
      },
    },
    {
      use: 'delete',
      method: 'DELETE',
      path: '/decks/{id}',
      access: { apiKey: {} },
      reply: { status: 200, body: { deck: 'id' } },
    },
  ],
  errors: {
    contentType: 'application/problem+json',
    body: { type: 'type', title: 'title', status: 'status', code: 'code', errors: { $present: 'errors' } },
    byStatus: { 409: { type: 'https://quarterdeck.example/conflict', title: 'Not now' } },
  },
  vendorReplays: true,
} as const satisfies Contract
