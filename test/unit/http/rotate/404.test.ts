import { describe, expect, it } from '@jest/globals'
import { featurebase } from '../../../../src/contracts/featurebase'
import { keyturn } from '../../../../src/contracts/keyturn'
import { storno } from '../../../../src/contracts/storno'
import { thesignup } from '../../../../src/contracts/thesignup'
import { bearer, harness, tenant, textAt } from '../harness'

const unknownId = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'

describe('an endpoint that is not the caller’s', () => {
  it('404 with the very same bytes, be it malformed, unknown, foreign, deleted or another contract’s', async () => {
    const { send, endpoint, apiKey } = harness()
    const token = bearer(await apiKey(thesignup, 'acme'))
    const foreign = (await endpoint(thesignup, 'other')).endpoint.id
    const deleted = (await endpoint(thesignup, 'acme')).endpoint.id
    const elsewhere = (await endpoint(storno, 'acme')).endpoint.id
    await send('DELETE', `/v1/endpoints/${deleted}`, bearer(await apiKey(keyturn, 'acme')))
    const long = 'a'.repeat(129)
    const malformed = ['nonsense', 'a%23b', 'a%2Fb', long, '%zz', '%00']
    const ids = [unknownId, foreign, deleted, elsewhere, ...malformed]
    const replies = await Promise.all(ids.map(id => send('POST', `/webhooks/${id}/rotate`, token)))
    expect(new Set(replies.map(reply => reply.status))).toEqual(new Set([404]))
    expect(new Set(replies.map(reply => reply.text)).size).toBe(1)
    const headers = replies.map(reply => [...reply.headers].filter(([name]) => name !== 'x-request-id'))
    expect(new Set(headers.map(each => JSON.stringify(each))).size).toBe(1)
  })

  it('404 with these bytes also when it is deleted while the request runs', async () => {
    const { send, endpoint, apiKey } = harness()
    const token = bearer(await apiKey(thesignup, 'acme'))
    const unknown = await send('POST', `/webhooks/${unknownId}/rotate`, token)
    const owner = bearer(await apiKey(keyturn, 'acme'))
    const { id } = (await endpoint(thesignup, 'acme')).endpoint
    const requests = [send('DELETE', `/v1/endpoints/${id}`, owner), send('POST', `/webhooks/${id}/rotate`, token)]
    const [removed, rotated] = await Promise.all(requests)
    expect([removed?.status, rotated?.status, rotated?.text]).toEqual([204, 404, unknown.text])
  })
})

describe('TheSignup', () => {
  it('404 is a problem with all seven members', async () => {
    const { send, apiKey } = harness()
    const reply = await send('POST', `/webhooks/${unknownId}/rotate`, bearer(await apiKey(thesignup, 'acme')))
    expect(reply.status).toBe(404)
    expect(reply.json).toEqual({
      type: 'https://thesignup.app/problems/not-found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String),
      code: 'not_found',
      errors: [],
      cause: {},
    })
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
  })
})

describe('Storno', () => {
  it('404 for a company that the token may not act for, like for an unknown webhook', async () => {
    const { send, endpoint, apiKey } = harness()
    const foreign = '660e8400-e29b-41d4-a716-446655440000'
    const { id } = (await endpoint(storno, foreign)).endpoint
    const path = `/api/v1/webhooks/${id}/regenerate-secret`
    const token = await apiKey(storno, tenant)
    const other = await send('POST', path, bearer(token, { 'X-Company': foreign }))
    const unknown = await send('POST', path, bearer(token, { 'X-Company': tenant }))
    expect(other).toMatchObject({
      status: 404,
      json: { code: 404, error: 'Webhook endpoint not found for this company' },
    })
    expect(unknown.text).toBe(other.text)
  })
})

describe('Featurebase', () => {
  const path = '/v2/webhooks/507f1f77bcf86cd799439011/secret'

  it('404 names the resource', async () => {
    const { send, apiKey } = harness()
    const reply = await send('POST', path, bearer(await apiKey(featurebase, 'acme')))
    expect(reply.json).toEqual({
      error: {
        type: 'invalid_request_error',
        code: 'resource_not_found',
        message: 'Webhook not found',
        param: null,
        status: 404,
      },
    })
  })

  it('404 in an API version before the operation, like a route that is not there: before any credential', async () => {
    const { send } = harness()
    const older = await send('POST', path, { headers: { 'Featurebase-Version': '2025-12-12.clover' } })
    expect(older).toMatchObject({ status: 404, json: { error: { type: 'invalid_request_error', status: 404 } } })
    expect(textAt(older, 'error.message')).toContain('2026-01-01.nova')
    const newest = await send('POST', path, { headers: { 'Featurebase-Version': '2026-01-01.nova' } })
    expect(newest).toMatchObject({ status: 401, json: { error: { type: 'authentication_error', param: null } } })
  })
})
