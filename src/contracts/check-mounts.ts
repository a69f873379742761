import { checkContract } from './check-contract'
import { gatewayRoutes } from './gateway-routes'
import { describeRoute, type Mount, type Route, routesOf, wildcardTemplate } from './routes'

/**
 * Refuses what cannot be served, before it is deployed or started: a function takes what it is given.
 * @throws {RangeError} when a contract contradicts itself or two routes conflict, naming them
 */
export function checkMounts(mounts: readonly Mount[]): void {
  for (const { contract } of mounts) checkContract(contract)
  checkRoutes(mounts)
}

/**
 * Refuses mounts whose routes cannot be told apart: the same method and the same template with every parameter as a
 * wildcard. Formats of ids do not tell routes apart.
 * @throws {RangeError} naming both routes and their contracts
 */
export function checkRoutes(mounts: readonly Mount[]): void {
  const names = mounts.map(mount => mount.contract.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new RangeError(`the contract ${twice} is mounted twice`)
  const seen = new Map<string, Route>()
  for (const route of routesOf(mounts)) {
    const place = `${route.operation.method} ${wildcardTemplate(route.segments)}`
    const other = seen.get(place)
    if (other !== undefined)
      throw new RangeError(`${describeRoute(other)} and ${describeRoute(route)} are the same route`)
    seen.set(place, route)
  }
  gatewayRoutes(mounts)
}
