import { expect } from '@jest/globals'
import type { LocalDescription } from '../../local/local-description'
import type { CalledReply, ApiCaller, CallOptions } from '../support/api-caller'

/** The rotate route of a contract, as its page, or Keyturn's own API, has it. */
export interface RotateRoute {
  readonly contract: keyof LocalDescription['contracts']
  readonly path: (local: LocalDescription) => string
  readonly credentials: (local: LocalDescription) => CallOptions
  /** What the key before keeps after a rotation. */
  readonly overlapSeconds: number
  readonly secret: RegExp
  /** Where the reply has the new secret. */
  readonly secretAt: string
  /** The whole body of a 200. */
  readonly body: (local: LocalDescription) => unknown
  /** The whole body of the 409 for a sixth live key. Absent: a rotation ends all keys before. */
  readonly sixthKey?: unknown
}

const text = expect.any(String)
const isoSeconds = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
const isoMillis = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const isoMicrosOffset = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
const hex64 = /^[0-9a-f]{64}$/
const whsecHex = /^whsec_[0-9a-f]{64}$/
const whsecBase64 = /^whsec_[A-Za-z0-9+/]{43}=$/
const day = 24 * 60 * 60

/** What the local run sets at every endpoint that it makes. */
function seeded(contract: string) {
  return {
    url: `https://receiver.example/${contract}`,
    description: 'Made by the local run',
    name: `${contract} receiver`,
    eventTypes: ['*'],
  }
}

const tumban: RotateRoute = {
  contract: 'tumban',
  path: () => '/api/v2/org/webhook-secret/rotate',
  credentials: ({ contracts }) => ({ token: contracts.tumban.adminSession }),
  overlapSeconds: 0,
  secret: hex64,
  secretAt: 'webhook_secret',
  body: () => ({ webhook_secret: expect.stringMatching(hex64), rotated_at: isoMicrosOffset }),
}

const thesignup: RotateRoute = {
  contract: 'thesignup',
  path: ({ contracts }) => `/webhooks/${contracts.thesignup.endpointId}/rotate`,
  credentials: ({ contracts }) => ({ token: contracts.thesignup.apiKey }),
  overlapSeconds: day,
  secret: whsecBase64,
  secretAt: 'signingSecret',
  body: ({ contracts }) => ({
    endpoint: {
      id: contracts.thesignup.endpointId,
      url: seeded('thesignup').url,
      description: seeded('thesignup').description,
      eventTypes: ['*'],
      paused: false,
      pausedReason: null,
      pausedAt: null,
      consecutiveFailures: 0,
      lastSuccessAt: null,
      lastFailureAt: null,
      createdAt: isoSeconds,
      updatedAt: isoSeconds,
    },
    signingSecret: expect.stringMatching(whsecBase64),
  }),
  sixthKey: {
    type: expect.stringMatching(/^https:\/\/thesignup\.app\/problems\/[a-z-]+$/),
    title: text,
    status: 409,
    detail: text,
    code: 'conflict',
    errors: [],
    cause: {},
  },
}

const storno: RotateRoute = {
  contract: 'storno',
  path: ({ contracts }) => `/api/v1/webhooks/${contracts.storno.endpointId}/regenerate-secret`,
  credentials: ({ contracts: { storno } }) => ({ token: storno.token, headers: { 'x-company': storno.company } }),
  overlapSeconds: 0,
  secret: whsecHex,
  secretAt: 'secret',
  body: ({ contracts }) => ({
    uuid: contracts.storno.endpointId,
    url: seeded('storno').url,
    description: seeded('storno').description,
    events: ['*'],
    isActive: true,
    secret: expect.stringMatching(whsecHex),
    createdAt: isoSeconds,
    updatedAt: isoSeconds,
  }),
}

const featurebase: RotateRoute = {
  contract: 'featurebase',
  path: ({ contracts }) => `/v2/webhooks/${contracts.featurebase.endpointId}/secret`,
  credentials: ({ contracts }) => ({ token: contracts.featurebase.apiKey }),
  overlapSeconds: 0,
  secret: whsecBase64,
  secretAt: 'secret',
  body: ({ contracts }) => ({
    id: contracts.featurebase.endpointId,
    createdAt: isoMillis,
    description: seeded('featurebase').description,
    health: {
      avgResponseTime: null,
      consecutiveFailures: 0,
      errorsSinceLastSuccess: 0,
      lastResponseTime: null,
      lastSuccessAt: null,
    },
    lastStatus: null,
    name: seeded('featurebase').name,
    object: 'webhook',
    requestConfig: { timeoutMs: expect.any(Number), headers: {} },
    secret: expect.stringMatching(whsecBase64),
    status: 'active',
    topics: ['*'],
    updatedAt: isoMillis,
    url: seeded('featurebase').url,
    version: '1.0',
  }),
}

const teambattles: RotateRoute = {
  contract: 'teambattles',
  path: ({ contracts }) => `/api/v1/webhooks/${contracts.teambattles.endpointId}/rotate-secret`,
  credentials: ({ contracts }) => ({ token: contracts.teambattles.apiKey }),
  overlapSeconds: day,
  secret: whsecBase64,
  secretAt: 'signingSecret',
  body: ({ contracts }) => ({
    id: contracts.teambattles.endpointId,
    signingSecret: expect.stringMatching(whsecBase64),
    secretPrefix: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{2}$/),
  }),
  sixthKey: expect.objectContaining({ error: 'error_too_many_live_secrets' }),
}

/** An endpoint as our own API shows it. */
export function ownEndpoint(endpointId: string, changes: object = {}): object {
  return {
    id: endpointId,
    tenantId: text,
    contract: 'keyturn',
    url: text,
    description: '',
    name: '',
    eventTypes: [],
    status: 'active',
    mirror: 'on',
    requestConfig: { timeoutMs: expect.any(Number), headers: {} },
    consumers: [],
    version: expect.any(Number),
    currentKeyCreatedAt: isoMillis,
    createdAt: isoMillis,
    updatedAt: isoMillis,
    ...changes,
  }
}

const keyturn: RotateRoute = {
  contract: 'keyturn',
  path: ({ contracts }) => `/v1/endpoints/${contracts.keyturn.endpointId}/secret/rotate`,
  credentials: ({ contracts }) => ({ token: contracts.keyturn.apiKey }),
  overlapSeconds: day,
  secret: whsecBase64,
  secretAt: 'signingSecret',
  body: ({ contracts: { keyturn } }) => ({
    endpoint: ownEndpoint(keyturn.endpointId, { tenantId: keyturn.tenantId, ...seeded('keyturn') }),
    signingSecret: expect.stringMatching(whsecBase64),
    keyId: text,
    version: expect.any(Number),
    state: 'signing',
    signsFrom: isoMillis,
    previousExpiresAt: isoMillis,
    mirror: 'current',
  }),
  sixthKey: {
    type: text,
    title: text,
    status: 409,
    detail: expect.stringMatching(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
    code: 'too-many-live-keys',
  },
}

export const routeOf = { tumban, thesignup, storno, featurebase, teambattles, keyturn }
export const rotateRoutes: readonly RotateRoute[] = Object.values(routeOf)

/** Whose secret is rotated, and what else the request says. */
export interface RotateRequest {
  /** Absent: the endpoint that the local run has made. */
  readonly endpointId?: string
  readonly headers?: CallOptions['headers']
  readonly body?: object
}

/** Rotates through the contract's own route, with its credential of the local run. */
export function rotateThrough(
  route: RotateRoute,
  { api, local }: { readonly api: ApiCaller; readonly local: LocalDescription },
  { endpointId, headers, body }: RotateRequest = {},
): Promise<CalledReply> {
  const made = local.contracts[route.contract].endpointId
  const path = route.path(local).replace(made, endpointId ?? made)
  const credentials = route.credentials(local)
  return api.call('POST', path, { ...credentials, headers: { ...credentials.headers, ...headers }, body })
}
