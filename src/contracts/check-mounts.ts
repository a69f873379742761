import { checkContract } from './check-contract'
import { gatewayRoutes } from './gateway-routes'
import { describeRoute, type Mount, type Route, routesOf, wildcardTemplate } from './routes'

/**
 * Refuses mounts that could not be served, when they are deployed or started: a function takes what it is given.
 * @throws {RangeError} when a contract contradicts itself or two routes conflict, naming them
 */
export function checkMounts(mounts: readonly Mount[]): void {
  for (const { contract } of mounts) checkContract(contract)
  checkRoutes(mounts)
}

/** Whether the one is the same contract's operation for requests that the other's `when` does not mean. */
function isOtherwise(first: Route, { contract, operation }: Route): boolean {
  return first.contract === contract && first.operation.when !== undefined && operation.when === undefined
}

/**
 * Refuses mounts whose routes cannot be told apart, here or at the gateway: those with the same method and the same
 * template with every parameter as a wildcard. Formats of ids do not tell routes apart.
 * @throws {RangeError} naming both routes and their contracts
 */
export function checkRoutes(mounts: readonly Mount[]): void {
  const names = mounts.map(mount => mount.contract.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new RangeError(`the contract ${twice} is mounted twice`)
  const byTemplate = new Map<string, Route>()
  for (const route of routesOf(mounts)) {
    const template = `${route.operation.method} ${wildcardTemplate(route.segments)}`
    const other = byTemplate.get(template)
    if (other !== undefined && !isOtherwise(other, route))
      throw new RangeError(`${describeRoute(other)} and ${describeRoute(route)} are the same route`)
    if (other === undefined) byTemplate.set(template, route)
  }
  gatewayRoutes(mounts)
}
