import { ConfigError } from '../config/schema'
import { loadContracts } from '../config/load'
import { OperatorError } from '../local/operator-error'
import { checkContract } from '../src/contracts/check-contract'
import { checkMounts } from '../src/contracts/check-mounts'
import { readsWithScheme } from '../src/contracts/check-signing'
import type { Contract } from '../src/contracts/contract'
import { keyBytesOf } from '../src/contracts/secret-key'
import { structureFaults } from '../src/contracts/structure'
import type { KeyBytes } from '../src/verify'
import type { Given, Report } from './command'
import { type Route, routesOfContract, type Sample, type Samples, samplesOf } from './contract-samples'

// `keyturn check-contract <file>`: what is wrong with a contract, or what it makes of a rotation.

/** @throws {OperatorError} for another number of files; {ConfigError} naming every fault, or that the file has no contract */
export async function checkContractFile({ args }: Given): Promise<Report> {
  const [file, ...others] = args
  if (file === undefined || others.length > 0) throw new OperatorError('check-contract takes one file')
  const contracts = await loadContracts(file)
  const faults = contracts.flatMap(contract => faultsOf(contract).map(fault => `${file}: ${fault}`))
  if (faults.length > 0) throw new ConfigError(faults)
  const now = new Date()
  const checked = await Promise.all(contracts.map(contract => describe(contract, now)))
  return { lines: checked.flatMap(linesOf), json: { contracts: checked } }
}

/** Each as a sentence that begins with the contract's name. */
export function faultsOf(contract: Contract): readonly string[] {
  try {
    const role = hasAllMembers(contract) && isForTheHookAlone(contract) ? 'called' : 'served'
    checkContract(contract, role)
    if (role === 'served') checkMounts([{ contract, basePath: '' }])
    return []
  } catch (error) {
    if (error instanceof RangeError) return error.message.split('\n')
    throw error
  }
}

function hasAllMembers(contract: Contract): boolean {
  return structureFaults(contract).length === 0
}

/** Whether no request could be served by it. */
function isForTheHookAlone({ tenant, operations }: Contract): boolean {
  if (operations.every(({ access }) => access === undefined)) return true
  return tenant.from === 'path' && tenant.parts !== undefined
}

interface Checked {
  readonly name: string
  readonly routes: readonly Route[]
  /** What receivers tell `verify` besides the scheme; null: nothing. */
  readonly keyBytes: KeyBytes | null
  /** Null: the contract has no rotation. */
  readonly samples: Samples | null
}

async function describe(contract: Contract, now: Date): Promise<Checked> {
  return {
    name: contract.name,
    routes: routesOfContract(contract),
    keyBytes: readsWithScheme(contract) ? null : keyBytesOf(contract),
    samples: await samplesOf(contract, now),
  }
}

function linesOf({ name, routes, keyBytes, samples }: Checked): readonly string[] {
  const width = Math.max(...routes.map(({ method, path }) => `${method} ${path}`.length))
  return [
    `${name} contradicts itself nowhere.`,
    '',
    'Routes:',
    ...routes.map(({ use, method, path, access }) => `  ${`${method} ${path}`.padEnd(width)}  ${use}: ${access}`),
    '',
    ...(keyBytes === null
      ? []
      : [
          `Receivers verify with the scheme and keyBytes { encoding: '${keyBytes.encoding}', prefix: '${keyBytes.prefix}' }.`,
          '',
        ]),
    ...(samples === null ? ['It has no operation that rotates.', ''] : sampleLines(samples)),
  ]
}

const withOverlap = 'A rotation that says the overlap, which the hook says only where overlapSeconds is set:'

function sampleLines({ request, saysOverlap, reply, reveal, errors, delivery }: Samples): readonly string[] {
  return [
    ...titled(saysOverlap ? withOverlap : 'A rotation:', request),
    ...titled('Its reply:', reply),
    ...(reveal === null ? [] : titled('The reply that shows the secret:', reveal)),
    ...errors.flatMap(error => titled(`A refusal, ${error.problem}:`, error)),
    ...titled('A delivery, while the key before works for as long as it may:', delivery, body => [body]),
  ]
}

function titled(title: string, { line, headers, body }: Sample, linesOfBody = indented): readonly string[] {
  const written = [line, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  const text = body === '' ? [] : ['', ...linesOfBody(body)]
  return [title, '', ...[...written, ...text].map(each => `  ${each}`.trimEnd()), '']
}

/** JSON that people read. A delivery's body is signed as it stands. */
function indented(body: string): readonly string[] {
  return JSON.stringify(JSON.parse(body), null, 2).split('\n')
}
