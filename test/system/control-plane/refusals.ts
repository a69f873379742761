import { expect } from '@jest/globals'
import type { LocalDescription } from '../../../local/local-description'
import type { CallOptions } from '../../support/api-caller'
import { type RotateRoute, routeOf } from '../rotate-routes'

/** A rotation that is refused, in the words of its contract. */
export interface Refusal {
  readonly of: RotateRoute
  readonly why: string
  readonly status: number
  readonly body: unknown
  /** What changes in the request that would have worked. */
  readonly options?: (local: LocalDescription) => CallOptions
  readonly path?: (path: string, local: LocalDescription) => string
}

/** A request without a credential. */
const none = (): CallOptions => ({})

/** A key of the right form that nobody has. */
const unknownKey = (prefix: string): CallOptions => ({ token: `${prefix}${'A'.repeat(43)}` })

const text = expect.any(String)
const { tumban, thesignup, storno, featurebase, teambattles, keyturn } = routeOf

const ofTumban: readonly Refusal[] = [
  {
    of: tumban,
    why: 'no credential',
    status: 401,
    body: { detail: 'Missing or invalid Authorization header. Expected: Bearer <token>' },
    options: none,
  },
  {
    of: tumban,
    why: 'a token that is none',
    status: 401,
    body: { detail: 'Invalid token' },
    options: () => ({ token: 'ey.ey.no' }),
  },
  {
    of: tumban,
    why: 'an unknown API key',
    status: 401,
    body: { detail: 'Invalid or revoked API key' },
    options: () => ({ token: `sk_${'0'.repeat(64)}` }),
  },
  {
    of: tumban,
    why: 'a valid API key',
    status: 403,
    body: { detail: 'This endpoint requires a dashboard session. API keys are not permitted.' },
    options: ({ contracts }) => ({ token: contracts.tumban.apiKey }),
  },
  {
    of: tumban,
    why: "a member's session",
    status: 403,
    body: { detail: 'Admin role required' },
    options: ({ contracts }) => ({ token: contracts.tumban.memberSession }),
  },
]

const signupProblem = (status: number, code: string): object => ({
  type: expect.stringMatching(/^https:\/\/thesignup\.app\/problems\/[a-z-]+$/),
  title: text,
  status,
  detail: text,
  code,
  errors: [],
  cause: {},
})

const ofThesignup: readonly Refusal[] = [
  {
    of: thesignup,
    why: 'no credential',
    status: 401,
    body: signupProblem(401, 'missing_credentials'),
    options: none,
  },
  {
    of: thesignup,
    why: 'an unknown API key',
    status: 401,
    body: signupProblem(401, 'invalid_credentials'),
    options: () => unknownKey('sgn_live_'),
  },
  {
    of: thesignup,
    why: "another contract's API key",
    status: 401,
    body: signupProblem(401, 'invalid_credentials'),
    options: ({ contracts }) => ({ token: contracts.featurebase.apiKey }),
  },
  {
    of: thesignup,
    why: 'an id that is none',
    status: 404,
    body: signupProblem(404, 'not_found'),
    path: () => '/webhooks/none/rotate',
  },
]

const ofStorno: readonly Refusal[] = [
  { of: storno, why: 'no credential', status: 401, body: { code: 401, error: text }, options: none },
  {
    of: storno,
    why: 'a token without webhook.manage',
    status: 403,
    body: { code: 403, error: expect.stringContaining('webhook.manage') },
    options: ({ contracts: { storno } }) => ({
      token: storno.tokenWithoutPermission,
      headers: { 'x-company': storno.company },
    }),
  },
  {
    of: storno,
    why: 'no X-Company',
    status: 400,
    body: { code: 400, error: text },
    options: ({ contracts: { storno } }) => ({ token: storno.token }),
  },
  {
    of: storno,
    why: 'an X-Company that is no UUID',
    status: 400,
    body: { code: 400, error: text },
    options: ({ contracts: { storno } }) => ({ token: storno.token, headers: { 'x-company': 'acme' } }),
  },
  {
    of: storno,
    why: 'a company that the token may not act for',
    status: 404,
    body: { code: 404, error: 'Webhook endpoint not found for this company' },
    options: ({ contracts: { storno } }) => ({
      token: storno.token,
      headers: { 'x-company': '550e8400-e29b-41d4-a716-446655440000' },
    }),
  },
]

const featurebaseError = (status: number, type: string, param: string | null = null): object => ({
  error: { type, code: text, message: text, param, status },
})
const inVersion =
  (version: string) =>
  ({ contracts }: LocalDescription): CallOptions => ({
    token: contracts.featurebase.apiKey,
    headers: { 'featurebase-version': version },
  })

const ofFeaturebase: readonly Refusal[] = [
  {
    of: featurebase,
    why: 'no credential',
    status: 401,
    body: featurebaseError(401, 'authentication_error'),
    options: none,
  },
  {
    of: featurebase,
    why: 'an unknown id',
    status: 404,
    body: {
      error: {
        type: 'invalid_request_error',
        code: 'resource_not_found',
        message: text,
        param: null,
        status: 404,
      },
    },
    path: () => '/v2/webhooks/507f1f77bcf86cd799439011/secret',
  },
  {
    of: featurebase,
    why: 'a version that is too old',
    status: 404,
    body: {
      error: expect.objectContaining({
        type: 'invalid_request_error',
        message: expect.stringContaining('2026-01-01.nova'),
        status: 404,
      }),
    },
    options: inVersion('2025-12-12.clover'),
  },
  {
    of: featurebase,
    why: 'a malformed version',
    status: 400,
    body: { error: expect.objectContaining({ type: 'invalid_request_error', status: 400 }) },
    options: inVersion('nova'),
  },
]

const ofTeambattles: readonly Refusal[] = [
  {
    of: teambattles,
    why: 'no credential',
    status: 401,
    body: expect.objectContaining({ error: 'error_api_key_required' }),
    options: none,
  },
  {
    of: teambattles,
    why: 'an unknown API key',
    status: 401,
    body: expect.objectContaining({ error: 'error_api_key_invalid' }),
    options: () => unknownKey('tb_'),
  },
  {
    of: teambattles,
    why: 'a key without the permission',
    status: 403,
    body: expect.objectContaining({ error: 'error_api_key_permission_denied' }),
    options: ({ contracts }) => ({ token: contracts.teambattles.apiKeyWithoutPermission }),
  },
  {
    of: teambattles,
    why: 'a key on the free plan',
    status: 403,
    body: expect.objectContaining({ error: 'error_api_feature_required' }),
    options: ({ contracts }) => ({ token: contracts.teambattles.freePlanApiKey }),
  },
  {
    of: teambattles,
    why: "another owner's endpoint",
    status: 404,
    body: expect.objectContaining({ error: 'error_webhook_not_found' }),
    path: (_, { contracts }) => `/api/v1/webhooks/${contracts.teambattles.foreignEndpointId}/rotate-secret`,
  },
]

const ownProblem = (status: number, code: unknown = text): object => ({
  type: text,
  title: text,
  status,
  detail: text,
  code,
})

const ofKeyturn: readonly Refusal[] = [
  { of: keyturn, why: 'no credential', status: 401, body: ownProblem(401), options: none },
  {
    of: keyturn,
    why: 'a key that may only read',
    status: 403,
    body: ownProblem(403),
    options: ({ contracts }) => ({ token: contracts.keyturn.readOnlyApiKey }),
  },
  {
    of: keyturn,
    why: "a member's session",
    status: 403,
    body: ownProblem(403),
    options: ({ contracts }) => ({ token: contracts.keyturn.memberSession }),
  },
  {
    of: keyturn,
    why: "another tenant's endpoint",
    status: 404,
    body: ownProblem(404),
    path: (_, { contracts }) => `/v1/endpoints/${contracts.keyturn.foreignEndpointId}/secret/rotate`,
  },
]

export const refusals: readonly Refusal[] = [
  ...ofTumban,
  ...ofThesignup,
  ...ofStorno,
  ...ofFeaturebase,
  ...ofTeambattles,
  ...ofKeyturn,
]
