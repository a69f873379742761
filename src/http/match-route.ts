import type { Contract, Operation } from '../contracts/contract'
import type { FilePlace } from '../contracts/gateway-routes'
import { Problem } from '../core/problem'
import { matchTemplate, type PathParameters, type Route, sharedSegments } from '../contracts/routes'
import { type JsonObject, largestBodyBytes, parseJsonObject } from './body/json'
import { says } from './body/request-fields'
import type { ApiRequest } from './request'

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly parameters: PathParameters }
  /** The path exists, with these methods. */
  | { readonly kind: 'other-methods'; readonly allow: string; readonly nearest: Contract | null }
  | { readonly kind: 'none'; readonly nearest: Contract | null }

/** What of a request tells its route. */
export type MatchRequest = Pick<ApiRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>

/** Whether the request says what `when` wants. A body that is no JSON object says nothing. */
function saysAll(request: MatchRequest & { readonly parameters: PathParameters }, when: Operation['when']): boolean {
  if (when === undefined) return true
  const placed = { ...request, body: objectOf(request.body) }
  return Object.entries(when).every(([place, wanted]) => says(placed, place, wanted))
}

/** As the use will read it, which refuses what says nothing here. */
function objectOf(body: Buffer): JsonObject {
  if (body.length > largestBodyBytes) return {}
  try {
    return parseJsonObject(body)
  } catch (error) {
    if (error instanceof Problem) return {}
    throw error
  }
}

/**
 * The route of a request. `nearest`: the contract that the path belongs to, or else whose routes share the most leading
 * segments with it; null when none does, or several do as much.
 * @param file what another function serves
 */
export function matchRoute(routes: readonly Route[], request: MatchRequest, file: FilePlace | null = null): RouteMatch {
  const { method, path } = request
  const segments = path.split('/').slice(1)
  const fitting = routes.flatMap(route => {
    const parameters = matchTemplate(route.segments, segments)
    return parameters === null ? [] : [{ route, parameters }]
  })
  const found = fitting.find(
    ({ route, parameters }) =>
      route.operation.method === method && saysAll({ ...request, parameters }, route.operation.when),
  )
  if (found !== undefined) return { kind: 'found', ...found }
  const known = [
    ...fitting.map(({ route }) => ({ contract: route.contract, method: route.operation.method })),
    ...(file?.path === path && method !== 'GET' ? [{ contract: file.contract, method: 'GET' }] : []),
  ]
  if (known.length === 0) return { kind: 'none', nearest: nearestContract(routes, segments) }
  const allow = [...new Set(known.map(each => each.method))].sort().join(', ')
  return { kind: 'other-methods', allow, nearest: onlyContract(known) }
}

function nearestContract(routes: readonly Route[], path: readonly string[]): Contract | null {
  const scores = routes.map(route => ({ route, shared: sharedSegments(route.segments, path) }))
  const most = Math.max(0, ...scores.map(({ shared }) => shared))
  const nearest = scores.filter(({ shared }) => shared === most).map(({ route }) => route)
  return most > 0 ? onlyContract(nearest) : null
}

function onlyContract(all: readonly { readonly contract: Contract }[]): Contract | null {
  const [first, ...others] = new Set(all.map(({ contract }) => contract))
  return first !== undefined && others.length === 0 ? first : null
}
