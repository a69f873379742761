import { describe, expect, it } from '@jest/globals'
import { routeTable } from '../../../local/route-table'

const find = routeTable(
  [
    'GET /pets/{id}',
    'GET /pets/new',
    'ANY /pets/{id}',
    'POST /{kind}/{id}',
    '$default',
    'GET /',
    'PUT /pets/{rest+}',
  ].map(routeKey => ({
    routeKey,
    function: 'probe',
  })),
)

describe('the routes of the gateway', () => {
  it.each([
    ['GET', ['pets', 'new'], 'GET /pets/new', {}],
    ['GET', ['pets', '7'], 'GET /pets/{id}', { id: '7' }],
    ['DELETE', ['pets', 'new'], 'ANY /pets/{id}', { id: 'new' }],
    ['POST', ['pets', '7'], 'ANY /pets/{id}', { id: '7' }],
    ['POST', ['dogs', '7'], 'POST /{kind}/{id}', { kind: 'dogs', id: '7' }],
    ['GET', [''], 'GET /', {}],
    ['GET', ['pets', ''], '$default', {}],
    ['PUT', ['pets', ''], 'PUT /pets/{rest+}', { rest: '' }],
    ['PUT', ['pets', '7', 'x'], 'PUT /pets/{rest+}', { rest: '7/x' }],
    ['PUT', ['pets', '7'], 'ANY /pets/{id}', { id: '7' }],
    ['PUT', ['pets'], '$default', {}],
    ['GET', ['pets', '7', ''], '$default', {}],
    ['GET', ['PETS', 'new'], '$default', {}],
  ] as const)('%s %j is %s', (method, path, routeKey, pathParameters) => {
    expect(find(method, path)).toEqual({ routeKey, function: 'probe', pathParameters })
  })

  it('finds nothing without a default route', () => {
    expect(routeTable([])('GET', ['x'])).toBeNull()
  })

  it.each(['GET /x/{id}:rotate', 'GET x', 'GET /a b', 'TRACE /x', 'GET /x/{proxy+}/y', 'GET /x/'])(
    'refuses %s, which API Gateway would refuse or Keyturn does not use',
    routeKey => {
      expect(() => routeTable([{ routeKey, function: 'probe' }])).toThrow(RangeError)
    },
  )
})
