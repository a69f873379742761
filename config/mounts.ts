import { allContracts } from '../src/contracts/all'
import { checkContract } from '../src/contracts/check-contract'
import { checkRoutes } from '../src/contracts/check-mounts'
import type { Contract } from '../src/contracts/contract'
import type { Mount } from '../src/contracts/routes'
import type { ControlPlaneConfig, MountedContract } from './config'
import { ConfigError } from './schema'

/** @throws {ConfigError} for contracts that nobody knows, that nobody could rotate with, or whose routes conflict */
export function mountsOf({
  contracts,
  sessions,
}: Pick<ControlPlaneConfig, 'contracts' | 'sessions'>): readonly Mount[] {
  const mounts = contracts.map(({ contract, basePath = '' }, index) => {
    return { contract: checkedContract(contract, `contracts.${index}.contract`), basePath }
  })
  check('contracts', () => checkRoutes(mounts))
  const stuck = sessions === undefined ? mounts.find(({ contract }) => needsSessions(contract)) : undefined
  if (stuck !== undefined)
    throw new ConfigError([`sessions: is missing, and ${stuck.contract.name} rotates for dashboard sessions only`])
  return mounts
}

/** The contract that `place` of a configuration names or holds. @throws {ConfigError} beginning with the place */
export function checkedContract(contract: MountedContract['contract'], place: string): Contract {
  const found = find(contract, place)
  check(place, () => checkContract(found))
  return found
}

function check(place: string, requirement: () => void): void {
  try {
    requirement()
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError([`${place}: ${error.message}`])
    throw error
  }
}

function find(contract: MountedContract['contract'], place: string): Contract {
  const name = typeof contract === 'string' ? contract : contract.name
  const known = allContracts.find(each => each.name === name)
  if (typeof contract !== 'string') {
    if (known === undefined || known === contract) return contract
    throw new ConfigError([`${place}: ${name} comes with Keyturn; a contract of your own needs another name`])
  }
  if (known !== undefined) return known
  throw new ConfigError([
    `${place}: there is no ${name}; Keyturn has ${allContracts.map(each => each.name).join(', ')}`,
  ])
}

function needsSessions({ operations }: Contract): boolean {
  const rotate = operations.filter(({ use }) => use === 'rotate')
  return rotate.length > 0 && rotate.every(({ access }) => access !== 'anyone' && access.apiKey === undefined)
}
