import type { Contract } from './contract'
import { isOfAccess, usesOfDeliver, usesOfRotate } from './dimensions'
import { describeRoute, type Mount, type Route, routesOf, type Segment, wildcardTemplate } from './routes'

/** A route of the HTTP API in front: `POST /v1/endpoints/{id}` or `$default`. */
export interface GatewayRoute {
  readonly routeKey: string
  readonly function: ServingFunction
}

export type ServingFunction = 'rotate' | 'endpoints' | 'deliver' | 'access' | 'portal'

/** Where a file is that `portal` serves, which the gateway sends GET alone. */
export interface FilePlace {
  readonly contract: Contract
  readonly path: string
}

/** The file beside the bundle of `portal` that describes what is mounted, as OpenAPI. */
export const descriptionFile = 'openapi.json'

/** Where the description is served: under our own API's base path. Null: that is not mounted. */
export function descriptionPath(mounts: readonly Mount[]): string | null {
  return descriptionPlace(mounts)?.path ?? null
}

/** The same with the contract, in whose shape the path answers another method. */
export function descriptionPlace(mounts: readonly Mount[]): FilePlace | null {
  const own = mounts.find(({ contract }) => contract.reach === 'every')
  return own === undefined ? null : { contract: own.contract, path: `${own.basePath}/${descriptionFile}` }
}

/** Where the portal is: a page for itself, one for frames, and their files. */
export const portalPaths = ['/portal', '/portal/embed', '/portal/{file}'] as const

/** What a deployment serves besides its contracts. */
export interface Beside {
  /** The API's description. Default: on. */
  readonly description?: 'on' | 'off'
  /** Default: off. */
  readonly portal?: 'on' | 'off'
}

/**
 * What the gateway must send to which function. A gateway's parameter fills a whole segment, so `{id}:rotate` goes as
 * `{idVerb}`, and all verbs beside each other are one route.
 * @throws {RangeError} naming each two routes that the gateway cannot tell apart and that need different functions
 */
export function gatewayRoutes(
  mounts: readonly Mount[],
  { description = 'on', portal = 'off' }: Beside = {},
): readonly GatewayRoute[] {
  const conflicts = gatewayConflicts(mounts)
  if (conflicts.length > 0) throw new RangeError(conflicts.map(describeConflict).join('\n'))
  const keys = [...byGatewayTemplate(mounts).values()].flatMap(([route]) =>
    routeKeysOf(route).map(routeKey => ({ routeKey, function: functionOf(route) })),
  )
  const path = description === 'on' ? descriptionPath(mounts) : null
  // `portal` says itself which methods it has, as its paths are known to no other function.
  const files = [
    ...(path === null ? [] : [`GET ${path}`]),
    ...(portal === 'on' ? portalPaths.map(each => `ANY ${each}`) : []),
  ]
  const served = files.map(routeKey => ({ routeKey, function: 'portal' as const }))
  return [...keys, ...served, { routeKey: '$default', function: 'endpoints' }]
}

/** The two routes, as errors say it. */
export function describeConflict([one, other]: Conflict): string {
  return `${describeRoute(one)} and ${describeRoute(other)} are one route of the gateway, but need different functions`
}

type Conflict = readonly [Route, Route]

/** Each two routes that the gateway cannot tell apart and that need different functions. */
export function gatewayConflicts(mounts: readonly Mount[]): readonly Conflict[] {
  return [...byGatewayTemplate(mounts).values()].flatMap(([first, ...others]) =>
    // A route with `when` stands before the one for all other requests, and its function serves both.
    first.operation.when === undefined
      ? others.filter(other => functionOf(other) !== functionOf(first)).map(other => [first, other] as const)
      : [],
  )
}

function byGatewayTemplate(mounts: readonly Mount[]): ReadonlyMap<string, readonly [Route, ...Route[]]> {
  const byTemplate = new Map<string, readonly [Route, ...Route[]]>()
  for (const route of routesOf(mounts)) {
    const template = gatewayTemplate(route)
    const before = byTemplate.get(template)
    byTemplate.set(template, before === undefined ? [route] : [...before, route])
  }
  return byTemplate
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

/** Only `rotate` may seal secrets, only `rotate` and `deliver` may open them; only `access` may let somebody in. */
function functionOf({ operation }: Route): ServingFunction {
  if (isOfAccess(operation.use)) return 'access'
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
