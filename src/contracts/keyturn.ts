import { standardWebhooks } from '../verify/schemes'
import type { Contract } from './contract'
import { problemDetails } from './defaults'
import { standardDelivery } from './defaults'
import { underOwnNames } from './shape'

const endpoint = {
  ...underOwnNames('id', 'tenantId', 'contract', 'url', 'description', 'name', 'eventTypes', 'status'),
  mirror: 'mirrorSetting',
  ...underOwnNames('requestConfig', 'consumers', 'version', 'currentKeyCreatedAt', 'createdAt', 'updatedAt'),
} as const

const newKey = {
  ...underOwnNames('keyId', 'version', 'signsFrom', 'previousExpiresAt', 'mirror'),
  state: 'keyState',
} as const
const created = { endpoint, signingSecret: 'signingSecret', ...newKey } as const
/** Without the secret where the request says so. */
const rotated = { endpoint, signingSecret: { $present: 'signingSecret' }, ...newKey } as const

const deliveryHealth = underOwnNames(
  'status',
  'pausedReason',
  'pausedAt',
  'consecutiveFailures',
  'errorsSinceLastSuccess',
  'lastSuccessAt',
  'lastFailureAt',
  'avgResponseTimeMs',
  'lastResponseTimeMs',
  'lastStatus',
  'deliveriesCount',
  'deliveriesSucceeded',
  'deliveriesFailed',
  'lastDeliveryAt',
  'lastDeliveryStatus',
)

const tested = underOwnNames(
  'delivered',
  'messageId',
  'eventType',
  'sentAt',
  'responseStatus',
  'responseHeaders',
  'responseBody',
  'errorMessage',
  'durationMs',
  'keyIds',
)

const delivery = {
  id: 'messageId',
  eventId: 'eventId',
  eventType: 'eventType',
  status: 'deliveryStatus',
  ...underOwnNames('attemptCount', 'lastResponseStatus', 'errorMessage', 'createdAt', 'deliveredAt', 'dlqAt'),
} as const

const apiKey = {
  ...underOwnNames('id', 'name', 'contract', 'tenantIds', 'permissions'),
  state: 'apiKeyState',
  ...underOwnNames('createdAt', 'createdBy', 'expiresAt', 'revokedAt', 'lastUsedAt'),
} as const

const portalSession = underOwnNames('id', 'url', 'expiresAt')

const read = {
  session: { roles: ['admin', 'member'] },
  apiKey: { permission: 'endpoints:read' },
  portal: { scopes: ['read'] },
} as const
const write = {
  session: { roles: ['admin'] },
  apiKey: { permission: 'endpoints:write' },
  portal: { scopes: ['write'] },
} as const
const test = { ...write, portal: { scopes: ['test'] } } as const
const publish = { session: { roles: ['admin'] }, apiKey: { permission: 'events:write' } } as const
const step = {
  session: { roles: ['admin'] },
  apiKey: { permission: 'endpoints:rotate' },
  portal: { scopes: ['rotate'] },
} as const
/** Whoever brings a secret has it already: that is for the platform. */
const rotate = {
  ...step,
  portal: {
    scopes: ['rotate'],
    members: ['overlapSeconds', 'signing', 'leadSeconds', 'reason', 'ifRevision', 'reveal'],
  },
} as const
const revoke = { ...step, recentSignIn: true } as const
const probe = { ...write, portal: { scopes: ['rotate'] } } as const
const shown = ['url', 'name', 'description', 'eventTypes', 'status'] as const
/** Creating reveals a secret; deleting and creating again would reveal a new one under the same id. */
const writeAndRotate = {
  session: { roles: ['admin'] },
  apiKey: { permission: ['endpoints:write', 'endpoints:rotate'] },
  portal: { scopes: ['write', 'rotate'], members: ['contract', ...shown] },
} as const
const remove = { ...writeAndRotate, portal: { scopes: ['write', 'rotate'] }, recentSignIn: true } as const
/** API keys alone: a browser's credential makes no other. */
const portal = { apiKey: { permission: 'portal:write' } } as const
/** API keys for all tenants alone can have it. */
const keys = { apiKey: { permission: 'keys:write' } } as const
/** Whoever chooses who may read a mirror gives the secret to somebody. */
const update = {
  session: { roles: ['admin'] },
  apiKey: {
    permission: 'endpoints:write',
    memberPermissions: { consumers: 'endpoints:rotate', mirror: 'endpoints:rotate' },
  },
  portal: { scopes: ['write'], members: shown },
} as const

/** Keyturn's own API under `/v1`: endpoints of every mounted contract can be managed and rotated through it. */
export const keyturn = {
  name: 'keyturn',
  credentials: {
    in: { kind: 'bearer' },
    apiKey: { prefix: 'kt_', encoding: 'base64url', bytes: 32 },
    sessions: true,
    portalScopes: {
      read: 'endpoints:read',
      rotate: 'endpoints:rotate',
      write: 'endpoints:write',
      test: 'endpoints:write',
    },
    permissions: [
      ...(['endpoints:read', 'endpoints:write', 'endpoints:rotate', 'events:write'] as const),
      ...(['deliveries:content', 'portal:write', 'keys:write'] as const),
    ],
  },
  tenant: { from: 'credential', header: 'Keyturn-Tenant' },
  ids: { kind: 'prefixed', prefix: 'ep_', characters: 24 },
  secret: { prefix: 'whsec_', encoding: 'base64', bytes: 32 },
  signing: standardWebhooks,
  delivery: standardDelivery,
  overlap: {
    kind: 'chosen',
    field: 'overlapSeconds',
    unit: 'seconds',
    defaultSeconds: 24 * 60 * 60,
    maximumSeconds: 7 * 24 * 60 * 60,
  },
  secondRotation: { kind: 'keep', maximumLiveKeys: 5 },
  rotateBody: {
    unknownFields: 'refuse',
    ownSecret: { field: 'secret', minimumBytes: 24, maximumBytes: 64 },
    reason: { field: 'reason', maximumCharacters: 200 },
    publish: { field: 'signing', leadField: 'leadSeconds' },
    ifRevision: { field: 'ifRevision' },
    reveal: { field: 'reveal' },
  },
  testBody: { eventTypeField: 'eventType' },
  revokeBody: { proofField: 'requireProof' },
  reach: 'every',
  times: 'iso-millis',
  operations: [
    {
      use: 'create',
      method: 'POST',
      path: '/v1/endpoints',
      access: writeAndRotate,
      reply: { status: 201, body: created },
    },
    {
      use: 'list',
      method: 'GET',
      path: '/v1/endpoints',
      access: read,
      filters: ['status', 'contract', 'url'],
      reply: { status: 200, body: { data: { $each: 'endpoints', shape: endpoint }, nextCursor: 'nextCursor' } },
    },
    { use: 'get', method: 'GET', path: '/v1/endpoints/{id}', access: read, reply: { status: 200, body: endpoint } },
    {
      use: 'update',
      method: 'PATCH',
      path: '/v1/endpoints/{id}',
      access: update,
      reply: { status: 200, body: endpoint },
    },
    {
      use: 'delete',
      method: 'DELETE',
      path: '/v1/endpoints/{id}',
      access: remove,
      reply: { status: 204, body: null },
    },
    {
      use: 'rotate',
      method: 'POST',
      path: '/v1/endpoints/{id}/secret/rotate',
      access: rotate,
      reply: { status: 200, body: rotated },
    },
    {
      use: 'promote',
      method: 'POST',
      path: '/v1/endpoints/{id}/secret/promote',
      access: step,
      reply: { status: 200, body: underOwnNames('version', 'signingKeyId', 'previousExpiresAt') },
    },
    {
      use: 'abandon',
      method: 'POST',
      path: '/v1/endpoints/{id}/secret/abandon',
      access: step,
      reply: { status: 200, body: underOwnNames('version', 'abandonedKeyId', 'expiresAt') },
    },
    {
      use: 'roll-back',
      method: 'POST',
      path: '/v1/endpoints/{id}/secret/roll-back',
      access: step,
      reply: { status: 200, body: underOwnNames('version', 'signingKeyId', 'publishedKeyId') },
    },
    {
      use: 'revoke-previous',
      method: 'POST',
      path: '/v1/endpoints/{id}/secret/revoke-previous',
      access: revoke,
      reply: { status: 200, body: { version: 'version', revokedKeyIds: 'revokedKeyIds' } },
    },
    {
      use: 'secret-state',
      method: 'GET',
      path: '/v1/endpoints/{id}/secret',
      access: read,
      reply: {
        status: 200,
        body: {
          version: 'version',
          revision: 'revision',
          signingKeyId: 'signingKeyId',
          hint: 'secretHint',
          keys: 'keys',
          mirror: 'mirror',
          policy: { $present: 'policy' },
        },
      },
    },
    {
      use: 'rotations',
      method: 'GET',
      path: '/v1/endpoints/{id}/rotations',
      access: read,
      reply: { status: 200, body: { data: 'rotations', nextCursor: 'nextCursor' } },
    },
    {
      use: 'audit',
      method: 'GET',
      path: '/v1/endpoints/{id}/audit',
      access: read,
      reply: { status: 200, body: { data: 'records', nextCursor: 'nextCursor' } },
    },
    {
      use: 'tenant-audit',
      method: 'GET',
      path: '/v1/audit',
      access: read,
      reply: { status: 200, body: { data: 'records', nextCursor: 'nextCursor' } },
    },
    {
      use: 'publish',
      method: 'POST',
      path: '/v1/events',
      access: publish,
      reply: { status: 202, body: { id: 'eventId' } },
    },
    {
      use: 'get',
      method: 'GET',
      path: '/v1/endpoints/{id}/health',
      access: read,
      reply: { status: 200, body: deliveryHealth },
    },
    {
      use: 'test',
      method: 'POST',
      path: '/v1/endpoints/{id}/test',
      access: test,
      reply: { status: 200, body: tested },
    },
    {
      use: 'probe',
      method: 'POST',
      path: '/v1/endpoints/{id}/secret/probe',
      access: probe,
      reply: { status: 200, body: underOwnNames('adoption', 'keyId', 'at', 'checks') },
    },
    {
      use: 'attempts',
      method: 'GET',
      path: '/v1/endpoints/{id}/attempts',
      access: read,
      reply: { status: 200, body: { data: 'attempts', nextCursor: 'nextCursor' } },
    },
    {
      use: 'deliveries',
      method: 'GET',
      path: '/v1/endpoints/{id}/deliveries',
      access: read,
      reply: { status: 200, body: { data: { $each: 'deliveries', shape: delivery } } },
    },
    {
      use: 'recover',
      method: 'POST',
      path: '/v1/endpoints/{id}/deliveries/recover',
      access: write,
      reply: { status: 202, body: { queued: 'queued' } },
    },
    {
      use: 'send-again',
      method: 'POST',
      path: '/v1/deliveries/{id}/send-again',
      access: write,
      reply: { status: 202, body: { id: 'messageId', status: 'deliveryStatus' } },
    },
    {
      use: 'create-api-key',
      method: 'POST',
      path: '/v1/api-keys',
      access: keys,
      reply: { status: 201, body: { apiKey: 'apiKey', ...apiKey } },
    },
    {
      use: 'list-api-keys',
      method: 'GET',
      path: '/v1/api-keys',
      access: keys,
      reply: { status: 200, body: { data: { $each: 'apiKeys', shape: apiKey }, nextCursor: 'nextCursor' } },
    },
    {
      use: 'revoke-api-key',
      method: 'DELETE',
      path: '/v1/api-keys/{id}',
      access: keys,
      reply: { status: 204, body: null },
    },
    {
      use: 'end-credentials',
      method: 'DELETE',
      path: '/v1/tenants/{id}/credentials',
      access: keys,
      reply: {
        status: 200,
        body: {
          endedApiKeyIds: 'endedApiKeyIds',
          leftApiKeys: { $each: 'leftApiKeys', shape: underOwnNames('id', 'name', 'contract', 'tenantIds') },
        },
      },
    },
    {
      use: 'session',
      method: 'GET',
      path: '/v1/session',
      access: { session: { roles: ['admin', 'member'] }, apiKey: {}, portal: { scopes: [] } },
      reply: {
        status: 200,
        body: {
          kind: 'principalKind',
          id: 'sessionId',
          ...underOwnNames('subject', 'tenantId', 'displayName', 'scopes', 'endpointIds', 'createdAt', 'expiresAt'),
          ...underOwnNames('authenticatedAt', 'returnUrl', 'locale', 'theme', 'deliveryBodies'),
        },
      },
    },
    {
      use: 'create-portal-session',
      method: 'POST',
      path: '/v1/portal-sessions',
      access: portal,
      reply: { status: 201, body: portalSession },
    },
    {
      use: 'describe-portal-session',
      method: 'POST',
      path: '/v1/portal-sessions/describe',
      access: 'anyone',
      reply: { status: 200, body: underOwnNames('id', 'tenantId', 'subject', 'displayName', 'expiresAt') },
    },
    {
      use: 'exchange-portal-session',
      method: 'POST',
      path: '/v1/portal-sessions/exchange',
      access: 'anyone',
      reply: { status: 200, body: underOwnNames('id', 'token', 'parentOrigins') },
    },
    {
      use: 'end-portal-sessions',
      method: 'DELETE',
      path: '/v1/portal-sessions',
      access: portal,
      reply: { status: 204, body: null },
    },
    {
      use: 'end-portal-session',
      method: 'DELETE',
      path: '/v1/portal-sessions/{id}',
      access: { ...portal, portal: { scopes: [] } },
      reply: { status: 204, body: null },
    },
    {
      use: 'health',
      method: 'GET',
      path: '/health',
      access: 'anyone',
      reply: { status: 200, body: { status: 'status', version: 'release' } },
    },
  ],
  errors: problemDetails,
  vendorReplays: true,
} as const satisfies Contract
