import { usesOfDeliver, usesOfRotate } from './dimensions'
import { describeRoute, type Mount, type Route, routesOf, type Segment, wildcardTemplate } from './routes'

/** A route of the HTTP API in front: `POST /v1/endpoints/{id}` or `$default`. */
export interface GatewayRoute {
  readonly routeKey: string
  readonly function: ServingFunction
}

export type ServingFunction = 'rotate' | 'endpoints' | 'deliver'

/**
 * What the gateway must send to which function. A gateway's parameter fills a whole segment, so `{id}:rotate` goes as
 * `{idVerb}`, and all verbs beside each other are one route.
 * @throws {RangeError} naming two routes that the gateway cannot tell apart and that need different functions
 */
export function gatewayRoutes(mounts: readonly Mount[]): readonly GatewayRoute[] {
  const byTemplate = new Map<string, Route>()
  for (const route of routesOf(mounts)) {
    const template = gatewayTemplate(route)
    const other = byTemplate.get(template)
    // A route with `when` stands before the one for all other requests, and its function serves both.
    if (other === undefined) byTemplate.set(template, route)
    else if (other.operation.when === undefined) assertSameFunction(other, route)
  }
  const keys = [...byTemplate.values()].flatMap(route =>
    routeKeysOf(route).map(routeKey => ({ routeKey, function: functionOf(route) })),
  )
  return [...keys, { routeKey: '$default', function: 'endpoints' }]
}

/** Routes with the same text are one route of the gateway. */
function gatewayTemplate({ operation, segments }: Route): string {
  return `${operation.method} ${wildcardTemplate(withoutSlash(segments).map(withoutVerb))}`
}

/** The segments without the empty one that a slash at the end makes. */
function withoutSlash(segments: readonly Segment[]): readonly Segment[] {
  const last = segments.at(-1)
  return last?.kind === 'literal' && last.text === '' ? segments.slice(0, -1) : segments
}

function withoutVerb(segment: Segment): Segment {
  return segment.kind === 'literal' ? segment : { ...segment, verb: null }
}

function assertSameFunction(a: Route, b: Route): void {
  if (functionOf(a) === functionOf(b)) return
  throw new RangeError(
    `${describeRoute(a)} and ${describeRoute(b)} are one route of the gateway, but need different functions`,
  )
}

/** Only `rotate` may seal secrets, only `rotate` and `deliver` may open them. */
function functionOf({ operation }: Route): ServingFunction {
  if (usesOfDeliver.some(use => use === operation.use)) return 'deliver'
  return usesOfRotate.some(use => use === operation.use) ? 'rotate' : 'endpoints'
}

/**
 * No route of an HTTP API may end in a slash. A path that does is the same without it, or a child that only a greedy
 * parameter takes: both are sent on, and the function takes the path for what it is.
 */
function routeKeysOf({ operation, segments }: Route): readonly string[] {
  const plain = withoutSlash(segments)
  const key = `${operation.method} /${plain.map(gatewaySegment).join('/')}`
  return plain === segments ? [key] : [key, `${key}/{slash+}`]
}

function gatewaySegment(segment: Segment): string {
  if (segment.kind === 'literal') return segment.text
  return segment.verb === null ? `{${segment.name}}` : `{${segment.name}Verb}`
}
