import { contractFaults } from './check-contract'
import { type Beside, describeConflict, descriptionPath, gatewayConflicts, portalPaths } from './gateway-routes'
import {
  describeRoute,
  type Mount,
  parseTemplate,
  type Route,
  routesOf,
  type Segment,
  wildcardTemplate,
} from './routes'

/**
 * Refuses mounts that could not be served, when they are deployed or started: a function takes what it is given.
 * @throws {RangeError} with a line for each contradiction of a contract and each two routes that conflict
 */
export function checkMounts(mounts: readonly Mount[], beside: Beside = {}): void {
  const checked = mounts.map(mount => ({ mount, faults: contractFaults(mount.contract) }))
  refuse([
    ...checked.flatMap(({ mount, faults }) => faults.map(fault => `contract ${mount.contract.name}: ${fault}`)),
    ...routeFaults(
      checked.flatMap(({ mount, faults }) => (faults.length === 0 ? [mount] : [])),
      beside,
    ),
  ])
}

/**
 * Refuses mounts whose routes cannot be told apart.
 * @throws {RangeError} with a line for each two routes, naming both and their contracts
 */
export function checkRoutes(mounts: readonly Mount[], beside: Beside = {}): void {
  refuse(routeFaults(mounts, beside))
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new RangeError(faults.join('\n'))
}

/**
 * Routes that cannot be told apart, here or at the gateway: those with the same method and the same template with every
 * parameter as a wildcard. Formats of ids do not tell routes apart.
 */
export function routeFaults(mounts: readonly Mount[], { portal = 'off' }: Beside = {}): readonly string[] {
  const names = mounts.map(mount => mount.contract.name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const once = mounts.filter(({ contract }, index) => names.indexOf(contract.name) === index)
  const same: (readonly [Route, Route])[] = []
  const byTemplate = new Map<string, Route>()
  for (const route of routesOf(once)) {
    const template = templateOf(route)
    const other = byTemplate.get(template)
    if (other === undefined) byTemplate.set(template, route)
    else if (!isOtherwise(other, route)) same.push([other, route])
  }
  const atGateway = gatewayConflicts(once).filter(([one, other]) => templateOf(one) !== templateOf(other))
  return [
    ...[...twice].map(name => `the contract ${name} is mounted twice`),
    ...same.map(([one, other]) => `${describeRoute(one)} and ${describeRoute(other)} are the same route`),
    ...atGateway.map(describeConflict),
    ...atDescription(once),
    ...(portal === 'on' ? atPortal(once) : []),
  ]
}

/** The route at the place of the API's description, which is served whether or not this deployment shows it. */
function atDescription(mounts: readonly Mount[]): readonly string[] {
  const path = descriptionPath(mounts)
  const routes = path === null ? [] : routesOf(mounts).filter(route => templateOf(route) === `GET ${path}`)
  return routes.map(route => `${describeRoute(route)} is where the description of the API is`)
}

/** The routes that could take a request to the portal, whichever method they have: the portal answers every one. */
function atPortal(mounts: readonly Mount[]): readonly string[] {
  return routesOf(mounts).flatMap(route => {
    const path = portalPaths.find(each => haveCommonPath(route.segments, parseTemplate(each)))
    return path === undefined ? [] : [`${describeRoute(route)} is where the portal is (${path})`]
  })
}

/** Whether a path fits both. A parameter is taken to fit any text. */
function haveCommonPath(one: readonly Segment[], other: readonly Segment[]): boolean {
  const fits = (segment: Segment, at: number): boolean => {
    const facing = other[at]
    return segment.kind === 'parameter' || facing?.kind !== 'literal' || facing.text === segment.text
  }
  return one.length === other.length && one.every(fits)
}

function templateOf({ operation, segments }: Route): string {
  return `${operation.method} ${wildcardTemplate(segments)}`
}

/** Whether the one is the same contract's operation for requests that the other's `when` does not mean. */
function isOtherwise(first: Route, { contract, operation }: Route): boolean {
  return first.contract === contract && first.operation.when !== undefined && operation.when === undefined
}
