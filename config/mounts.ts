import { allContracts, hookContracts } from '../src/contracts/all'
import { checkContract, type ContractRole } from '../src/contracts/check-contract'
import { checkRoutes } from '../src/contracts/check-mounts'
import type { Contract } from '../src/contracts/contract'
import type { Mount } from '../src/contracts/routes'
import type { ControlPlaneConfig, MountedContract } from './config'
import { ConfigError } from './schema'

// From the names and contracts that a configuration mounts to contracts that are known to work together.

/**
 * Each contract that is mounted, with its base path.
 * @throws {ConfigError} for a contract that nobody knows, that nobody could rotate with, or whose routes conflict with
 *   another's
 */
export function mountsOf({
  contracts,
  sessions,
}: Pick<ControlPlaneConfig, 'contracts' | 'sessions'>): readonly Mount[] {
  const mounts = contracts.map(({ contract, basePath = '' }, index) => {
    return { contract: checkedContract(contract, `contracts.${index}.contract`), basePath }
  })
  faultsBeginWith('contracts', () => checkRoutes(mounts))
  const unreachable =
    sessions === undefined ? mounts.find(({ contract }) => rotatesForSessionsOnly(contract)) : undefined
  if (unreachable === undefined) return mounts
  const { name } = unreachable.contract
  throw new ConfigError([`sessions: is missing, and ${name} rotates for dashboard sessions only`])
}

/** The contract that `place` of a configuration names or holds. @throws {ConfigError} beginning with the place */
export function checkedContract(given: MountedContract['contract'], place: string): Contract {
  return checked(given, place, { known: allContracts, role: 'served' })
}

/** The contract that the rotation hook is to speak, which may be one that no deployment mounts. As `checkedContract`. */
export function checkedHookContract(given: MountedContract['contract'], place: string): Contract {
  return checked(given, place, { known: [...allContracts, ...hookContracts], role: 'called' })
}

interface Accepted {
  readonly known: readonly Contract[]
  readonly role: ContractRole
}

function checked(given: MountedContract['contract'], place: string, { known, role }: Accepted): Contract {
  const contract = typeof given === 'string' ? namedContract(given, place, known) : ownContract(given, place)
  faultsBeginWith(place, () => checkContract(contract, role))
  return contract
}

function namedContract(name: string, place: string, known: readonly Contract[]): Contract {
  const contract = known.find(each => each.name === name)
  if (contract !== undefined) return contract
  const names = known.map(each => each.name).join(', ')
  const forTheHook = hookContracts.some(each => each.name === name)
  const why = forTheHook ? `${name} is for the rotation hook alone` : `there is no ${name}`
  throw new ConfigError([`${place}: ${why}; Keyturn has ${names}`])
}

/** An object may be one of Keyturn's contracts, but may not take the name of one. */
function ownContract(contract: Contract, place: string): Contract {
  const { name } = contract
  const namesake = [...allContracts, ...hookContracts].find(each => each.name === name)
  if (namesake === undefined || namesake === contract) return contract
  throw new ConfigError([`${place}: ${name} comes with Keyturn; a contract of your own needs another name`])
}

function faultsBeginWith(place: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConfigError(error.message.split('\n').map(fault => `${place}: ${fault}`))
  }
}

function rotatesForSessionsOnly({ operations }: Contract): boolean {
  const rotate = operations.filter(({ use }) => use === 'rotate')
  return rotate.length > 0 && rotate.every(({ access }) => access !== 'anyone' && access?.apiKey === undefined)
}
