import { expect } from '@jest/globals'
import { none, type Refusal, unknownKey } from './refusal'
import { routeOf } from './rotate-routes'

const text = expect.any(String)
const { tumban, thesignup, storno } = routeOf

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

export const tumbanThesignupStorno: readonly Refusal[] = [...ofTumban, ...ofThesignup, ...ofStorno]
