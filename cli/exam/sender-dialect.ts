import { existsSync } from 'node:fs'
import { ConfigError } from '../../config/schema'
import { configFile, loadContracts, loadOwnContracts } from '../../config/load'
import { sampleTenantId } from '../../local/own-contracts'
import { OperatorError } from '../../local/operator-error'
import { allContracts, hookContracts } from '../../src/contracts/all'
import type { Contract, DeliveryFormat } from '../../src/contracts/contract'
import { standardDelivery, timesOf } from '../../src/contracts/defaults'
import type { TimeFormat } from '../../src/contracts/dimensions'
import { schemeOf } from '../../src/contracts/secret-key'
import { bodyHex, type Scheme, standardWebhooks, timestampBodyHex, timestampedList } from '../../src/verify'
import { faultsOf } from '../check-contract'

// Whose deliveries the receiver takes: how they are signed, and what they look like.

export interface Dialect {
  readonly name: string
  readonly scheme: Scheme
  readonly format: DeliveryFormat
  readonly times: TimeFormat
  /** A tenant that deliveries can name. */
  readonly tenantId: string
}

export interface DialectOptions {
  readonly contract?: string
  readonly scheme?: string
  readonly config?: string
}

/** @throws {OperatorError}, {ConfigError} unless exactly one contract or scheme is named, that there is */
export async function dialectOf({ contract, scheme, config }: DialectOptions): Promise<Dialect> {
  if ((contract === undefined) === (scheme === undefined)) {
    throw new OperatorError('exam takes one of --contract and --scheme: how the deliveries of the sender are signed')
  }
  if (contract !== undefined) return dialectOfContract(await contractOf(contract, config))
  if (config !== undefined) throw new OperatorError('--config goes with --contract')
  return dialectOfScheme(scheme ?? '')
}

async function contractOf(name: string, config: string | undefined): Promise<Contract> {
  const shipped = [...allContracts, ...hookContracts]
  const known = shipped.some(each => each.name === name) ? shipped : [...shipped, ...(await ownContracts(config))]
  const contract = known.find(each => each.name === name)
  if (contract !== undefined) return contract
  const names = known.map(each => each.name).join(', ')
  throw new OperatorError(`--contract takes one of ${names}, not ${JSON.stringify(name)}`)
}

/** Those of the file that is named, else of the project's configuration, where it has one. @throws {ConfigError} */
async function ownContracts(config: string | undefined): Promise<readonly Contract[]> {
  if (config !== undefined) return checkedContracts(config)
  return existsSync(configFile()) ? loadOwnContracts(configFile()) : []
}

/** Unlike what a configuration mounts, the contracts of a file of their own are not checked yet. */
async function checkedContracts(file: string): Promise<readonly Contract[]> {
  const contracts = await loadContracts(file)
  const faults = contracts.flatMap(contract => faultsOf(contract).map(fault => `${file}: ${fault}`))
  if (faults.length > 0) throw new ConfigError(faults)
  return contracts
}

function dialectOfContract(contract: Contract): Dialect {
  return {
    name: contract.name,
    scheme: schemeOf(contract),
    format: contract.delivery ?? standardDelivery,
    times: timesOf(contract),
    tenantId: sampleTenantId(contract),
  }
}

const svix: Scheme = {
  ...standardWebhooks,
  id: ['svix-id'],
  timestamp: ['svix-timestamp'],
  signature: { ...standardWebhooks.signature, header: ['svix-signature'] },
}

interface NamedScheme {
  /** What stands behind the name, each after a colon; one with a question mark may be left out. */
  readonly parts: readonly string[]
  readonly scheme: (parts: readonly string[]) => Scheme
}

const schemes: Readonly<Record<string, NamedScheme>> = {
  'standard-webhooks': { parts: [], scheme: () => standardWebhooks },
  svix: { parts: [], scheme: () => svix },
  stripe: { parts: [], scheme: () => timestampedList({ header: 'stripe-signature' }) },
  'timestamped-list': { parts: ['header'], scheme: ([header = '']) => timestampedList({ header }) },
  'timestamp-body-hex': {
    parts: ['header', 'timestamp header'],
    scheme: ([header = '', timestamp = '']) => timestampBodyHex({ header, timestamp }),
  },
  'body-hex': { parts: ['header', 'prefix?'], scheme: ([header = '', prefix = '']) => bodyHex({ header, prefix }) },
}

const schemeNames = Object.entries(schemes)
  .map(([name, { parts }]) => [name, ...parts.map(part => `<${part}>`)].join(':'))
  .join(', ')

function dialectOfScheme(text: string): Dialect {
  const [name = '', ...given] = text.split(':')
  const named = Object.hasOwn(schemes, name) ? schemes[name] : undefined
  if (named === undefined || !fits(given, named.parts)) {
    throw new OperatorError(`--scheme takes one of ${schemeNames}, not ${JSON.stringify(text)}`)
  }
  const scheme = named.scheme(given)
  // Where no header has the id, receivers look for it in the body.
  const body = scheme.id.length > 0 ? standardDelivery.body : { id: 'messageId' as const, ...standardDelivery.body }
  return { name: text, scheme, format: { ...standardDelivery, body }, times: 'iso-millis', tenantId: 'org_exam' }
}

const headerName = /^[\w-]+$/
const prefix = /^[\w-]+=?$/

function fits(given: readonly string[], parts: readonly string[]): boolean {
  const needed = parts.filter(part => !part.endsWith('?')).length
  if (given.length < needed || given.length > parts.length) return false
  return given.every((text, index) => (parts[index] === 'prefix?' ? prefix : headerName).test(text))
}
