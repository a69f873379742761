import { expect } from '@jest/globals'
import type { LocalDescription } from '../../../local/local-description'
import type { CallOptions } from '../../support/api-caller'
import { none, type Refusal, unknownKey } from './refusal'
import { routeOf } from './rotate-routes'

const text = expect.any(String)
const { featurebase, teambattles, keyturn } = routeOf

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

export const featurebaseTeambattlesKeyturn: readonly Refusal[] = [...ofFeaturebase, ...ofTeambattles, ...ofKeyturn]
