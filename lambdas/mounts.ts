import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { allContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import type { Mount } from '../src/http/mount'
import type { HttpEnvironment } from './environment'

/**
 * The mounted contracts: those that come with Keyturn, and a deployment's own in `contracts.json` beside the bundle.
 * @throws {TypeError} for a contract that is neither
 */
export function mountsOf({ CONTRACTS }: Pick<HttpEnvironment, 'CONTRACTS'>, folder: string): readonly Mount[] {
  const known = [...allContracts, ...ownContracts(join(folder, 'contracts.json'))]
  return Object.entries(CONTRACTS).map(([name, basePath]) => {
    const contract = known.find(each => each.name === name)
    if (contract === undefined) throw new TypeError(`environment: CONTRACTS names ${name}, which is no contract`)
    return { contract, basePath }
  })
}

/** Written by the deployment, from data that the compiler has checked and `checkMounts` has passed. */
function ownContracts(file: string): readonly Contract[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Contract[]) : []
}
