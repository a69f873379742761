import { describe, expect, it } from '@jest/globals'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { keyturn } from '../../../src/contracts/keyturn'
import { lambdaHandler } from '../../../src/http/lambda-handler'
import { harness, NOON } from './harness'

interface EventOptions {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly isBase64Encoded?: boolean
  readonly query?: string
  readonly requestId?: string
}

function event(rawPath: string, options: EventOptions = {}): APIGatewayProxyEventV2 {
  const { method = 'GET', headers = {}, body, isBase64Encoded = false, query = '', requestId = 'req-1' } = options
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: query,
    headers,
    isBase64Encoded,
    ...(body !== undefined && { body }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'keyturn.example',
      domainPrefix: 'keyturn',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.1', userAgent: 'test' },
      requestId,
      routeKey: '$default',
      stage: '$default',
      time: '21/Nov/2026:12:00:00 +0000',
      timeEpoch: NOON.getTime(),
    },
  }
}

async function setup() {
  const made = harness()
  const { endpoint } = await made.endpoint(keyturn, 'acme')
  const authorization = `Bearer ${await made.apiKey(keyturn, 'acme')}`
  return { ...made, handle: lambdaHandler(made.app), id: endpoint.id, authorization }
}

describe('the Lambda handler', () => {
  it('answers with API Gateway’s request id, headers and a body that is text', async () => {
    const { handle, id, authorization } = await setup()
    const result = await handle(event(`/v1/endpoints/${id}`, { headers: { authorization } }))
    expect(result).toMatchObject({
      statusCode: 200,
      isBase64Encoded: false,
      headers: { 'x-request-id': 'req-1', 'cache-control': 'no-store', 'content-type': 'application/json' },
    })
    expect(JSON.parse(result.body ?? '')).toMatchObject({ id })
  })

  it.each([
    ['text', '{"overlapSeconds": 0}', false],
    ['base64', Buffer.from('{"overlapSeconds": 0}').toString('base64'), true],
  ])('reads a body that comes as %s', async (_, body, isBase64Encoded) => {
    const { handle, id, authorization } = await setup()
    const options = { method: 'POST', headers: { authorization }, body, isBase64Encoded }
    const result = await handle(event(`/v1/endpoints/${id}/secret/rotate`, options))
    expect(JSON.parse(result.body ?? '')).toMatchObject({ previousExpiresAt: null })
  })

  it('reads the query', async () => {
    const { handle, authorization } = await setup()
    const headers = { authorization }
    expect((await handle(event('/v1/endpoints', { headers, query: 'limit=0' }))).statusCode).toBe(400)
    // What follows `??` is the member `?limit`.
    const { statusCode, body } = await handle(event('/v1/endpoints', { headers, query: '?limit=0' }))
    expect([statusCode, JSON.parse(body ?? '').errors[0].path]).toEqual([400, '?limit'])
  })

  it.each(['#x', '?x', '%20', '%', ' ', '\ud800', '%23', '%ZZ', '%E0%A4%A'])(
    '404 for an id that ends in a decoded %j',
    async tail => {
      const { handle, id, authorization } = await setup()
      const result = await handle(event(`/v1/endpoints/${id}${tail}`, { headers: { authorization } }))
      expect(result.statusCode).toBe(404)
      expect(JSON.parse(result.body ?? '')).toMatchObject({ code: 'not-found' })
    },
  )

  it.each(['é', '日本'])('400 for the Idempotency-Key %s', async key => {
    const { handle, id, authorization } = await setup()
    const options = { method: 'POST', headers: { authorization, 'idempotency-key': key } }
    const result = await handle(event(`/v1/endpoints/${id}/secret/rotate`, options))
    expect(result.statusCode).toBe(400)
  })

  it.each(['.', '..'])('404 for the id %j, in the shape of its contract and not before 401', async id => {
    const { handle, authorization } = await setup()
    for (const path of [`/v1/endpoints/${id}`, `/v1/endpoints/${id}/secret`]) {
      const malformed = await handle(event(path, { headers: { authorization } }))
      const unknown = await handle(event('/v1/endpoints/ep_never', { headers: { authorization } }))
      expect(malformed).toEqual(unknown)
      expect((await handle(event(path))).statusCode).toBe(401)
    }
    const rotate = await handle(event(`/webhooks/${id}/rotate`, { method: 'POST' }))
    expect(rotate.statusCode).toBe(401)
    expect(JSON.parse(rotate.body ?? '')).toMatchObject({ code: 'missing_credentials', cause: {} })
    expect((await handle(event(`/v1/${id}/health`))).statusCode).toBe(404)
    expect((await handle(event(`/${id}/health`))).statusCode).toBe(404)
  })

  it('ignores the body of a GET', async () => {
    const { handle } = await setup()
    expect((await handle(event('/health', { body: 'x' }))).statusCode).toBe(200)
  })

  it('413 for the body of a GET over 64 KiB, whatever length it states, or none', async () => {
    const { handle } = await setup()
    const body = Buffer.alloc(64 * 1024 + 1, ' ').toString('base64')
    const refused = await handle(event('/health', { body, isBase64Encoded: true }))
    expect(refused.statusCode).toBe(413)
    const headers = { 'content-length': '1' }
    expect((await handle(event('/health', { headers, body, isBase64Encoded: true }))).statusCode).toBe(413)
  })

  it.each(['TRACE', 'CONNECT', 'TRACK', 'PURGE', 'BREW'])(
    '405 for %s in the shape of the contract, with what is allowed, and a line in the log',
    async method => {
      const { handle, id, lines } = await setup()
      const refused = await handle(event(`/v1/endpoints/${id}`, { method, body: '{}' }))
      expect(refused).toMatchObject({
        statusCode: 405,
        headers: { allow: 'DELETE, GET, PATCH', 'content-type': 'application/problem+json', 'x-request-id': 'req-1' },
      })
      expect(JSON.parse(refused.body ?? '')).toMatchObject({ code: 'method-not-allowed' })
      expect(lines).toEqual([{ message: 'refused', fields: expect.objectContaining({ status: 405 }) }])
      const vendor = await handle(event('/api/v2/org/webhook-secret/rotate', { method }))
      expect(vendor).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } })
      expect(JSON.parse(vendor.body ?? '')).toEqual({ detail: 'Method Not Allowed' })
      expect((await handle(event('/nowhere', { method }))).statusCode).toBe(404)
    },
  )

  it('204 has an empty body', async () => {
    const { handle, id, authorization } = await setup()
    const result = await handle(event(`/v1/endpoints/${id}`, { method: 'DELETE', headers: { authorization } }))
    expect(result).toMatchObject({ statusCode: 204, body: '' })
  })
})
