import { describe, expect, it } from '@jest/globals'
import { localMounts } from '../../../scripts/bundle'
import { checkRoutes } from '../../../src/contracts/check-mounts'
import type { Contract, Operation } from '../../../src/contracts/contract'
import { gatewayRoutes } from '../../../src/contracts/gateway-routes'
import { keyturn } from '../../../src/contracts/keyturn'
import { storno } from '../../../src/contracts/storno'
import type { Mount } from '../../../src/contracts/routes'

const rotate = { use: 'rotate', method: 'POST', access: { apiKey: {} }, reply: { status: 204, body: null } } as const
const get = { use: 'get', method: 'GET', access: { apiKey: {} }, reply: { status: 204, body: null } } as const

function mount(name: string, operations: readonly Operation[]): Mount {
  const contract: Contract = { ...keyturn, name, operations }
  return { contract, basePath: '' }
}

describe('the routes of the gateway', () => {
  it('send what makes and ends API keys and portal sessions to access, and nothing else', () => {
    const toAccess = gatewayRoutes(localMounts).filter(route => route.function === 'access')
    expect(toAccess.map(({ routeKey }) => routeKey)).toEqual([
      'POST /v1/portal-sessions/describe',
      'POST /v1/portal-sessions/exchange',
      'POST /v1/api-keys',
      'GET /v1/api-keys',
      'POST /v1/portal-sessions',
      'DELETE /v1/portal-sessions',
      'DELETE /v1/tenants/{id}/credentials',
      'DELETE /v1/api-keys/{id}',
      'DELETE /v1/portal-sessions/{id}',
    ])
  })

  it('send what reveals or changes a ring to rotate, all else to endpoints', () => {
    const routes = new Map(gatewayRoutes(localMounts).map(route => [route.routeKey, route.function]))
    expect(routes.get('POST /v1/endpoints')).toBe('rotate')
    expect(routes.get('GET /v1/endpoints')).toBe('endpoints')
    expect(routes.get('POST /api/v2/org/webhook-secret/rotate')).toBe('rotate')
    expect(routes.get('GET /api/v1/webhooks/{id}')).toBe('endpoints')
    expect(routes.get('$default')).toBe('endpoints')
  })

  it('are ones that API Gateway accepts: each segment is plain or a single parameter', () => {
    for (const { routeKey } of gatewayRoutes(localMounts)) {
      expect(routeKey).toMatch(
        /^(\$default|(GET|POST|PUT|PATCH|DELETE)(?= )( ?\/([a-zA-Z0-9._-]+|\{[a-zA-Z0-9]+\}))+)$/,
      )
    }
  })

  it('name a verb by its parent, once', () => {
    const routes = gatewayRoutes(
      [
        mount('a', [
          { ...rotate, path: '/hooks/{id}:rotate' },
          { ...rotate, use: 'revoke-previous', path: '/hooks/{id}:revoke' },
        ]),
      ],
      { description: 'off' },
    )
    expect(routes.map(route => route.routeKey)).toEqual(['POST /hooks/{idVerb}', '$default'])
  })

  it('have the description of the API under our own base path, unless it is off or our own API is not mounted', () => {
    const mounts = [{ contract: keyturn, basePath: '/keys' }]
    const described = { routeKey: 'GET /keys/openapi.json', function: 'portal' }
    expect(gatewayRoutes(mounts)).toContainEqual(described)
    expect(gatewayRoutes(mounts, { description: 'off' }).map(route => route.function)).not.toContain('portal')
    expect(gatewayRoutes([{ contract: storno, basePath: '/keys' }]).map(route => route.function)).not.toContain(
      'portal',
    )
    const beside = { ...mount('a', [{ ...get, path: '/openapi.json' }]), basePath: '/keys' }
    const vendor = { ...beside, contract: { ...beside.contract, reach: 'own' as const } }
    expect(() => checkRoutes([...mounts, vendor])).toThrow(
      'GET /keys/openapi.json (a) is where the description of the API is',
    )
  })

  it('are the portal’s at its paths, whatever the method, where it is on', () => {
    const mounts = [{ contract: keyturn, basePath: '' }]
    const ofPortal = (routes: ReturnType<typeof gatewayRoutes>) =>
      routes.flatMap(route => (route.function === 'portal' ? [route.routeKey] : []))
    const keys = ['ANY /portal', 'ANY /portal/embed', 'ANY /portal/{file}']
    expect(ofPortal(gatewayRoutes(mounts, { portal: 'on' }))).toEqual(['GET /openapi.json', ...keys])
    expect(ofPortal(gatewayRoutes(mounts, { portal: 'on', description: 'off' }))).toEqual(keys)
    expect(ofPortal(gatewayRoutes(mounts))).toEqual(['GET /openapi.json'])
  })

  it.each([
    ['GET', '/portal', '/portal'],
    ['POST', '/portal', '/portal'],
    ['GET', '/portal/embed', '/portal/embed'],
    ['GET', '/portal/settings', '/portal/{file}'],
    ['GET', '/portal/{id}', '/portal/embed'],
    ['GET', '/{id}', '/portal'],
    ['GET', '/{org}/{id}', '/portal/embed'],
    ['GET', '/portal/', '/portal/{file}'],
  ] as const)('refuse %s %s of a contract, which is where the portal is', (method, path, taken) => {
    const mounts = [mount('a', [{ ...get, method, path }])]
    expect(() => checkRoutes(mounts, { portal: 'on' })).toThrow(
      `${method} ${path} (a) is where the portal is (${taken})`,
    )
    expect(() => checkRoutes(mounts)).not.toThrow()
    const moved = mounts.map(({ contract }) => ({ contract, basePath: '/a' }))
    expect(() => checkRoutes(moved, { portal: 'on' })).not.toThrow()
  })

  it.each(['/portals', '/portal/{id}/rotate', '/x/portal', '/v1/{id}'])('leave %s to its contract', path => {
    expect(() => checkRoutes([mount('a', [{ ...get, path }])], { portal: 'on' })).not.toThrow()
  })

  it('refuse our own API at the portal’s own path, and take it below that', () => {
    const at = (basePath: string) => () => checkRoutes([{ contract: keyturn, basePath }], { portal: 'on' })
    expect(at('/portal')).toThrow('GET /portal/health (keyturn) is where the portal is (/portal/{file})')
    expect(at('/portal/x')).not.toThrow()
    expect(at('/portal/embed')).not.toThrow()
  })

  it('reach a path that ends in a slash in either way that the gateway may read it', () => {
    const routes = gatewayRoutes([mount('a', [{ ...rotate, path: '/hooks/{id}/rotate/' }])], {
      description: 'off',
    })
    expect(routes.map(route => route.routeKey)).toEqual([
      'POST /hooks/{id}/rotate',
      'POST /hooks/{id}/rotate/{slash+}',
      '$default',
    ])
    const both = [
      mount('b', [
        { ...get, path: '/x/{id}' },
        { ...rotate, method: 'GET', path: '/x/{id}/' },
      ]),
    ]
    expect(() => gatewayRoutes(both)).toThrow('need different functions')
  })

  it('are the rotating function’s where only some requests of a route rotate', () => {
    const update = { ...get, use: 'update', method: 'PATCH', path: '/x/{id}' } as const
    const some = { ...rotate, method: 'PATCH', path: '/x/{id}', when: { rotate: true } } as const
    expect(gatewayRoutes([mount('a', [update, some])])[0]).toEqual({ routeKey: 'PATCH /x/{id}', function: 'rotate' })
    expect(() => checkRoutes([mount('a', [update, some])])).not.toThrow()
    expect(() => checkRoutes([mount('a', [some, { ...some, when: { other: 1 } }])])).toThrow('are the same route')
  })

  it('carry the base path', () => {
    const { contract } = mount('a', [{ ...rotate, path: '/hooks/{id}/rotate' }])
    expect(gatewayRoutes([{ contract, basePath: '/vendors/a' }])[0]?.routeKey).toBe('POST /vendors/a/hooks/{id}/rotate')
  })

  it('refuse a verb and a plain id that need different functions', () => {
    const verb = mount('a', [{ ...rotate, path: '/hooks/{id}:rotate' }])
    const plain = mount('b', [{ ...get, method: 'POST', path: '/hooks/{hook}' }])
    expect(() => checkRoutes([verb, plain])).toThrow(
      'POST /hooks/{id}:rotate (a) and POST /hooks/{hook} (b) are one route of the gateway',
    )
  })
})

describe('mounts', () => {
  it('of all contracts together do not conflict', () => {
    expect(() => checkRoutes(localMounts)).not.toThrow()
  })

  it('conflict when templates differ in the names of parameters alone', () => {
    const a = mount('a', [{ ...get, path: '/{tenant}/hooks/{id}' }])
    const b = mount('b', [{ ...get, path: '/{id}/hooks/{hook}' }])
    expect(() => checkRoutes([a, b])).toThrow(
      'GET /{tenant}/hooks/{id} (a) and GET /{id}/hooks/{hook} (b) are the same route',
    )
  })

  it('do not conflict when a base path, a method or a verb tells them apart', () => {
    const a = mount('a', [
      { ...get, path: '/hooks/{id}' },
      { ...get, method: 'POST', path: '/hooks/{id}' },
    ])
    const b = mount('b', [{ ...get, path: '/hooks/{id}' }])
    expect(() => checkRoutes([a, { ...b, basePath: '/b' }])).not.toThrow()
    expect(() => checkRoutes([a, mount('c', [{ ...get, path: '/hooks/{id}:state' }])])).not.toThrow()
  })

  it('refuse a contract that is mounted twice', () => {
    const a = mount('a', [{ ...get, path: '/hooks/{id}' }])
    expect(() => checkRoutes([a, { ...a, basePath: '/b' }])).toThrow('the contract a is mounted twice')
  })
})
