import { expect, it } from '@jest/globals'
import { harness } from '../harness'

it.each([
  ['GET', '/api/v2/org/webhook-secret/rotate', 'POST', { detail: 'Method Not Allowed' }],
  ['DELETE', '/webhooks/x/rotate', 'POST', { code: 'method_not_allowed', status: 405 }],
  ['PUT', '/v1/endpoints/x', 'DELETE, GET, PATCH', { code: 'method-not-allowed' }],
  ['OPTIONS', '/v1/endpoints', 'GET, POST', { code: 'method-not-allowed' }],
  ['DELETE', '/api/v1/webhooks/x', 'GET', { code: 405 }],
])('405 for %s %s says %s', async (method, path, allow, body) => {
  const reply = await harness().send(method, path)
  expect(reply).toMatchObject({ status: 405, json: body })
  expect(reply.headers.get('allow')).toBe(allow)
})
