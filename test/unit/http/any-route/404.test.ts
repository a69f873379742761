import { describe, expect, it } from '@jest/globals'
import { featurebase } from '../../../../src/contracts/featurebase'
import { keyturn } from '../../../../src/contracts/keyturn'
import { tumban } from '../../../../src/contracts/tumban'
import { endpointUses } from '../../../../src/http/uses/endpoints'
import { ringUses } from '../../../../src/http/uses/ring'
import { harness, requestsTo } from '../harness'

describe('a path that no contract has', () => {
  it.each([
    ['/api/v2/webhook-secret/rotate', { detail: 'Not Found' }],
    ['/webhooks', { code: 'not_found', cause: {} }],
    ['/webhooks/x/y/z/rotate', { code: 'not_found' }],
    ['/v2/anything', { error: { code: 'route_not_found' } }],
    ['/v1/endpoints/x/nothing', { code: 'route-not-found' }],
    ['/', { code: 'route-not-found' }],
    ['/nowhere', { code: 'route-not-found' }],
    ['/api', { code: 'route-not-found' }],
    ['/api/v1/webhooks/x/nothing', { code: 'route-not-found' }],
    ['/v1/endpoints/', { code: 'route-not-found' }],
    ['/v1//endpoints', { code: 'route-not-found' }],
  ])(
    '404 for POST %s in the shape of the nearest contract, keyturn’s where there is no single one',
    async (path, body) => {
      const reply = await harness().send('POST', path)
      expect(reply).toMatchObject({ status: 404, json: body })
      expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
      expect(reply.headers.get('cache-control')).toBe('no-store')
    },
  )

  it('404 that says where our own routes are listed, with the base path that they have here', async () => {
    const { appWith, send } = harness()
    const lists = 'docs/api.md lists all routes, and so does'
    const where = 'where the deployment serves it.'
    const { json } = await send('GET', '/v1/rotations')
    expect(json).toMatchObject({ detail: `There is no such route. ${lists} /openapi.json ${where}` })
    const mounted = requestsTo(appWith({ mounts: [{ contract: keyturn, basePath: '/hooks' }] }))
    expect((await mounted('GET', '/hooks/v1/nothing')).json).toMatchObject({
      detail: `There is no such route. ${lists} /hooks/openapi.json ${where}`,
    })
  })

  it('404 without a word of Keyturn’s pages where the path is near nobody’s or a vendor’s', async () => {
    const { send } = harness()
    expect((await send('GET', '/nowhere')).json).toMatchObject({ detail: 'There is no such route.' })
    expect((await send('GET', '/webhooks/x/y/z')).text).not.toContain('api.md')
  })

  it('404 in keyturn’s shape in a deployment of one contract, if the path shares nothing with it', async () => {
    const { send } = harness([tumban])
    expect(await send('GET', '/nowhere')).toMatchObject({ status: 404, json: { code: 'route-not-found' } })
    expect((await send('GET', '/api/nowhere')).json).toEqual({ detail: 'Not Found' })
  })

  it('404 for a contract’s own path where the contract is mounted under another one', async () => {
    const { appWith } = harness()
    const send = requestsTo(appWith({ mounts: [{ contract: featurebase, basePath: '/vendors/fb' }] }))
    const path = '/v2/webhooks/507f1f77bcf86cd799439011/secret'
    expect((await send('POST', path)).status).toBe(404)
    expect((await send('POST', `/vendors/fb${path}`)).status).toBe(401)
  })
})

describe('a function', () => {
  it('404 for what another function serves, before any credential', async () => {
    const { appWith, deps, settings } = harness()
    const rotate = requestsTo(appWith({ uses: ringUses(deps, settings) }))
    const endpoints = requestsTo(appWith({ uses: endpointUses(deps, settings) }))
    const path = '/v1/endpoints'
    expect([(await rotate('GET', path)).status, (await rotate('POST', path)).status]).toEqual([404, 401])
    expect([(await endpoints('GET', path)).status, (await endpoints('POST', path)).status]).toEqual([401, 404])
  })
})
