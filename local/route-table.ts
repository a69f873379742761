/** One route of the gateway and the function behind it. */
export interface GatewayRoute<Name extends string> {
  /** `POST /x/{id}`, `ANY /x/{id}` or `$default`. */
  readonly routeKey: string
  readonly function: Name
}

export interface RouteMatch<Name extends string> extends GatewayRoute<Name> {
  /** Decoded. */
  readonly pathParameters: Readonly<Record<string, string>>
}

interface ParsedRoute<Name extends string> extends GatewayRoute<Name> {
  readonly method: string
  readonly segments: readonly string[]
}

const keyPattern =
  /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) (\/|(?:\/(?:[a-zA-Z0-9._-]+|\{[a-zA-Z0-9._-]+\}))+(?:\/\{[a-zA-Z0-9._-]+\+\})?)$/
const defaultKey = '$default'

/**
 * Finds the route of a request as an HTTP API does: the method and every segment have to fit, literal segments come
 * before parameters from left to right, a greedy parameter after both, a named method before `ANY`, and `$default` is last.
 * @throws {RangeError} for route keys that API Gateway refuses
 */
export function routeTable<Name extends string>(
  routes: readonly GatewayRoute<Name>[],
): (method: string, path: readonly string[]) => RouteMatch<Name> | null {
  const fallback = routes.find(({ routeKey }) => routeKey === defaultKey)
  const parsed = routes.filter(({ routeKey }) => routeKey !== defaultKey).map(parse)
  const ordered = parsed.sort((one, other) => (rank(one) < rank(other) ? -1 : 1))
  return (method, path) => {
    const route = ordered.find(each => fits(each, method, path))
    if (route === undefined) return fallback === undefined ? null : { ...fallback, pathParameters: {} }
    return { routeKey: route.routeKey, function: route.function, pathParameters: parametersOf(route, path) }
  }
}

function parse<Name extends string>(route: GatewayRoute<Name>): ParsedRoute<Name> {
  const path = keyPattern.exec(route.routeKey)?.[1]
  if (path === undefined) throw new RangeError(`API Gateway has no such route key: ${route.routeKey}`)
  return { ...route, method: route.routeKey.split(' ', 1).join(), segments: path.slice(1).split('/') }
}

/** Its text order is the routes' order: a literal before a parameter, segment by segment, and `ANY` last. */
function rank({ method, segments }: ParsedRoute<string>): string {
  const ranks = segments.map(segment => (isGreedy(segment) ? '2' : isParameter(segment) ? '1' : '0'))
  return ranks.join('') + (method === 'ANY' ? '1' : '0')
}

function fits(route: ParsedRoute<string>, method: string, path: readonly string[]): boolean {
  if (route.method !== 'ANY' && route.method !== method) return false
  const last = route.segments.at(-1) ?? ''
  if (isGreedy(last) ? path.length < route.segments.length : path.length !== route.segments.length) return false
  return route.segments.every((segment, at) => {
    if (isGreedy(segment)) return true
    return isParameter(segment) ? path[at] !== '' : path[at] === segment
  })
}

function parametersOf(route: ParsedRoute<string>, path: readonly string[]): Readonly<Record<string, string>> {
  const pairs = route.segments.map((segment, at): readonly [string, string] =>
    isGreedy(segment) ? [segment.replace('+', ''), path.slice(at).join('/')] : [segment, path[at] ?? ''],
  )
  return Object.fromEntries(
    pairs.filter(([segment]) => isParameter(segment)).map(([name, value]) => [name.slice(1, -1), value]),
  )
}

/** A parameter that takes the rest of the path, an empty segment too. */
function isGreedy(segment: string): boolean {
  return segment.endsWith('+}')
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}
