import { expect, it } from '@jest/globals'
import { featurebase } from '../../../../src/contracts/featurebase'
import { keyturn } from '../../../../src/contracts/keyturn'
import { harness, requestsTo } from '../harness'

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

const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

it.each(methods)('405 for %s where the description of the API is, which has GET alone', async method => {
  const { appWith } = harness()
  const reply = await requestsTo(appWith({ description: 'on' }))(method, '/openapi.json')
  expect(reply.status).toBe(405)
  expect(reply.headers.get('allow')).toBe('GET')
  expect(reply.headers.get('content-type')).toBe('application/problem+json')
})

it('405 there in the shape of our own API, under whose base path it is', async () => {
  const mounts = [
    { contract: featurebase, basePath: '/keys' },
    { contract: keyturn, basePath: '/keys/own' },
  ]
  const send = requestsTo(harness().appWith({ mounts, description: 'on' }))
  expect(await send('POST', '/keys/own/openapi.json')).toMatchObject({
    status: 405,
    json: { code: 'method-not-allowed', detail: 'This route has the methods GET.' },
  })
  for (const path of ['/openapi.json', '/keys/openapi.json', '/keys/own/openapi.json/'])
    expect((await send('POST', path)).status).toBe(404)
})

it('405 there names the methods of a contract’s own route with this path too', async () => {
  const put = {
    use: 'health',
    method: 'PUT',
    path: '/{id}',
    access: 'anyone',
    reply: { status: 204, body: null },
  } as const
  const general = { ...keyturn, operations: [put] }
  const mounts = [{ contract: general, basePath: '' }]
  const reply = await requestsTo(harness().appWith({ mounts, description: 'on' }))('DELETE', '/openapi.json')
  expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, PUT'])
})

it('404 there in a deployment that does not show its description', async () => {
  const { appWith } = harness()
  for (const other of [{ description: 'off' }, {}] as const) {
    const reply = await requestsTo(appWith(other))('POST', '/openapi.json')
    expect([reply.status, reply.headers.get('allow')]).toEqual([404, null])
  }
})
