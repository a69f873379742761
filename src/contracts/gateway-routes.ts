import {
  describeRoute,
  functionOf,
  type Mount,
  type Route,
  routesOf,
  type Segment,
  type ServingFunction,
  wildcardTemplate,
} from './routes'

/** A route of the HTTP API in front: `POST /v1/endpoints/{id}` or `$default`. */
export interface GatewayRoute {
  readonly routeKey: string
  readonly function: ServingFunction
}

/**
 * What the gateway must send to which function. A gateway's parameter fills a whole segment, so `{id}:rotate` goes as
 * `{idVerb}`, and all verbs beside each other are one route.
 * @throws {RangeError} naming two routes that the gateway cannot tell apart and that need different functions
 */
export function gatewayRoutes(mounts: readonly Mount[]): readonly GatewayRoute[] {
  const byPlace = new Map<string, Route>()
  for (const route of routesOf(mounts)) {
    const place = placeOf(route)
    const other = byPlace.get(place)
    if (other === undefined) byPlace.set(place, route)
    else assertSameFunction(other, route)
  }
  const keys = [...byPlace.values()].map(route => ({ routeKey: routeKeyOf(route), function: servedBy(route) }))
  return [...keys, { routeKey: '$default', function: 'endpoints' }]
}

function placeOf({ operation, segments }: Route): string {
  return `${operation.method} ${wildcardTemplate(segments.map(withoutVerb))}`
}

function withoutVerb(segment: Segment): Segment {
  return segment.kind === 'literal' ? segment : { ...segment, verb: null }
}

function routeKeyOf({ operation, segments }: Route): string {
  return `${operation.method} /${segments.map(gatewaySegment).join('/')}`
}

function gatewaySegment(segment: Segment): string {
  if (segment.kind === 'literal') return segment.text
  return segment.verb === null ? `{${segment.name}}` : `{${segment.name}Verb}`
}

function servedBy({ operation }: Route): ServingFunction {
  return functionOf(operation.use)
}

function assertSameFunction(a: Route, b: Route): void {
  if (servedBy(a) === servedBy(b)) return
  throw new RangeError(
    `${describeRoute(a)} and ${describeRoute(b)} are one route of the gateway, but need different functions`,
  )
}
