import { allContracts, hookContracts } from '../src/contracts/all'
import { contractFaults, type ContractRole } from '../src/contracts/check-contract'
import { routeFaults } from '../src/contracts/check-mounts'
import type { Contract } from '../src/contracts/contract'
import { isOfPortal } from '../src/contracts/dimensions'
import type { Mount } from '../src/contracts/routes'
import type { ControlPlaneConfig, MountedContract } from './config'
import { ConfigError, isOwnContract } from './schema'

// From the names and contracts that a configuration mounts to contracts that are known to work together.

/**
 * Each contract that is mounted, with its base path.
 * @throws {ConfigError} naming every contract that nobody knows, that contradicts itself or that nobody could rotate with,
 *   every two routes of the others that conflict, and every route that is where the portal is
 */
export function mountsOf({
  contracts,
  sessions,
  portal = 'off',
}: Pick<ControlPlaneConfig, 'contracts' | 'sessions' | 'portal'>): readonly Mount[] {
  const given = contracts.map(({ contract, basePath = '' }, index) => ({
    ...lookedAt(contract, `contracts.${index}.contract`, served),
    basePath,
  }))
  // The routes of a contract that contradicts itself may be none.
  const mounts = given.flatMap(({ contract, faults, basePath }) =>
    contract === null || faults.length > 0 ? [] : [{ contract, basePath }],
  )
  const unreachable = sessions === undefined ? mounts.filter(({ contract }) => rotatesForSessionsOnly(contract)) : []
  refuse([
    ...given.flatMap(({ faults }) => faults),
    ...routeFaults(mounts, { portal: portal === 'off' ? 'off' : 'on' }).map(fault => `contracts: ${fault}`),
    ...(portal === 'off' || given.some(({ contract }) => contract?.reach === 'every') ? [] : [withoutOwnApi]),
    ...unreachable.map(
      ({ contract }) => `sessions: is missing, and ${contract.name} rotates for dashboard sessions only`,
    ),
  ])
  return mounts
}

/** The same as a deployment serves them: where it has no portal, nothing of one is a route or is described. */
export function servedMountsOf(
  config: Pick<ControlPlaneConfig, 'contracts' | 'sessions' | 'portal'>,
): readonly Mount[] {
  const mounts = mountsOf(config)
  if (config.portal !== undefined && config.portal !== 'off') return mounts
  return mounts.map(({ contract, basePath }) => ({ contract: withoutPortal(contract), basePath }))
}

function withoutPortal(contract: Contract): Contract {
  const { operations, ...rest } = contract
  const left = operations.filter(({ use }) => !isOfPortal(use))
  return left.length === operations.length ? contract : { ...rest, operations: left }
}

const withoutOwnApi = 'portal: is on, and our own API, which it calls, is not among the contracts: mount keyturn'

/**
 * What the parser makes of the configuration.
 * @throws {ConfigError} the parser's, with what is wrong with each contract of the configuration besides
 */
export function withContractFaults<Parsed>(input: unknown, parse: (input: unknown) => Parsed): Parsed {
  try {
    return parse(input)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError([...error.message.split('\n'), ...faultsOfContracts(input)])
  }
}

/** Those of each mount that names or holds a contract, whatever else is wrong with it. */
function faultsOfContracts(input: unknown): readonly string[] {
  const { contracts } = Object(input) as { readonly contracts?: unknown }
  if (!Array.isArray(contracts)) return []
  return contracts.flatMap((mount: unknown, index) => {
    const { contract } = Object(mount) as { readonly contract?: unknown }
    const isGiven = typeof contract === 'string' || isOwnContract(contract)
    return isGiven ? lookedAt(contract, `contracts.${index}.contract`, served).faults : []
  })
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new ConfigError([...new Set(faults)])
}

/** The contract that `place` of a configuration names or holds. @throws {ConfigError} beginning with the place */
export function checkedContract(given: MountedContract['contract'], place: string): Contract {
  return checked(given, place, served)
}

/** The contract that the rotation hook is to speak, which may be one that no deployment mounts. As `checkedContract`. */
export function checkedHookContract(given: MountedContract['contract'], place: string): Contract {
  return checked(given, place, { known: [...allContracts, ...hookContracts], role: 'called' })
}

interface Accepted {
  readonly known: readonly Contract[]
  readonly role: ContractRole
}

const served: Accepted = { known: allContracts, role: 'served' }

interface LookedAt {
  /** Null: nobody knows it. */
  readonly contract: Contract | null
  /** Each beginning with the place. */
  readonly faults: readonly string[]
}

function checked(given: MountedContract['contract'], place: string, accepted: Accepted): Contract {
  const { contract, faults } = lookedAt(given, place, accepted)
  if (contract === null || faults.length > 0) throw new ConfigError(faults)
  return contract
}

function lookedAt(given: MountedContract['contract'], place: string, { known, role }: Accepted): LookedAt {
  if (typeof given === 'string') {
    const contract = known.find(({ name }) => name === given)
    if (contract === undefined) return { contract: null, faults: [`${place}: ${whyUnknown(given, known)}`] }
    return { contract, faults: faultsOf(contract, place, role) }
  }
  const namesake = `${given.name} comes with Keyturn; a contract of your own needs another name`
  return {
    contract: given,
    faults: [...(hasNameOfAnother(given) ? [`${place}: ${namesake}`] : []), ...faultsOf(given, place, role)],
  }
}

function faultsOf(contract: Contract, place: string, role: ContractRole): readonly string[] {
  return contractFaults(contract, role).map(fault => `${place}: contract ${contract.name}: ${fault}`)
}

function whyUnknown(name: string, known: readonly Contract[]): string {
  const names = known.map(each => each.name).join(', ')
  const forTheHook = hookContracts.some(each => each.name === name)
  return `${forTheHook ? `${name} is for the rotation hook alone` : `there is no ${name}`}; Keyturn has ${names}`
}

/** An object may be one of Keyturn's contracts, but may not take the name of one. */
function hasNameOfAnother(contract: Contract): boolean {
  const namesake = [...allContracts, ...hookContracts].find(({ name }) => name === contract.name)
  return namesake !== undefined && namesake !== contract
}

function rotatesForSessionsOnly({ operations }: Contract): boolean {
  const rotate = operations.filter(({ use }) => use === 'rotate')
  return rotate.length > 0 && rotate.every(({ access }) => access !== 'anyone' && access?.apiKey === undefined)
}
