import { checkContract } from './check-contract'
import { checkRoutes } from './check-routes'
import type { Mount } from './mount'

/**
 * Refuses what cannot be served, before it is deployed or started: a function takes what it is given.
 * @throws {RangeError} when a contract contradicts itself or two routes conflict, naming them
 */
export function checkMounts(mounts: readonly Mount[]): void {
  for (const { contract } of mounts) checkContract(contract)
  checkRoutes(mounts)
}
