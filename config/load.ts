import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemCode } from '../scripts/files'
import { allContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import type { Mount } from '../src/contracts/routes'
import type { Config } from './config'
import { mountsOf, withContractFaults } from './mounts'
import { ConfigError, leftOut, type LocalConfig, parseConfig, parseLocal, parseMounted } from './schema'

// From the file that holds a configuration to the configuration, for `infra` and the command line.

/** `KEYTURN_CONFIG` names another configuration than the project's own. */
export function configFile(): string {
  return process.env.KEYTURN_CONFIG ?? 'keyturn.config.ts'
}

/** The configuration that the file exports as its default. @throws {ConfigError} each line begins with the file */
export function loadConfig(file: string): Promise<Config> {
  return namingFile(file, async () => withContractFaults(await defaultExport(file), parseConfig))
}

/**
 * The contracts of a platform's own that the file mounts. The file is a configuration, or what somebody else's stack
 * gives to `ControlPlane`. @throws {ConfigError} each line begins with the file
 */
export async function loadOwnContracts(file: string): Promise<readonly Contract[]> {
  return namingFile(file, async () => {
    const mounts = mountsOf(withContractFaults(await defaultExport(file), parseMounted))
    return mounts.map(({ contract }) => contract).filter(contract => !allContracts.includes(contract))
  })
}

/** What the local run takes from a configuration. */
export interface FollowedConfig {
  readonly settings: Omit<LocalConfig, 'contracts'>
  /** Every contract that it mounts. */
  readonly mounts: readonly Mount[]
  /** The settings that it has besides, which the local run does not follow: `throttle`, `deliveries.vpc`. */
  readonly ignored: readonly string[]
}

/**
 * What the local run follows of a configuration, or of what somebody else's stack gives to `ControlPlane`.
 * @throws {ConfigError} each line begins with the file
 */
export function loadFollowedConfig(file: string): Promise<FollowedConfig> {
  return namingFile(file, async () => {
    const given = await defaultExport(file)
    const config = withContractFaults(given, parseLocal)
    const { contracts: _, ...settings } = config
    return { settings, mounts: mountsOf(config), ignored: leftOut(given, config) }
  })
}

/**
 * The contracts that a file exports, under whatever name, or those of a platform's own that it mounts as a configuration.
 * @throws {ConfigError} each line begins with the file; where it has none, too
 */
export function loadContracts(file: string): Promise<readonly Contract[]> {
  return namingFile(file, async () => {
    if (!existsSync(file)) throw new ConfigError(['there is no such file'])
    const exported = exportsOf(await importFile(file))
    const contracts = [...exported].filter(isContractLike)
    if (contracts.length > 0) return contracts
    const mounts = [...exported].flatMap(each => (isConfigLike(each) ? each.contracts : []))
    const own = mounts.map(mount => Object(mount).contract as unknown).filter(isContractLike)
    if (own.length > 0) return own
    throw new ConfigError(['exports no contract: an object with a name, a secret and operations'])
  })
}

/** What a module exports, under whatever name. One that was compiled to CommonJS has it one level deeper. */
function exportsOf(module: Module): ReadonlySet<unknown> {
  const inner = typeof module.default === 'object' && module.default !== null ? module.default : {}
  return new Set([...Object.values(module), ...Object.values(inner)])
}

function isContractLike(value: unknown): value is Contract {
  const isObject = typeof value === 'object' && value !== null
  return isObject && 'name' in value && typeof value.name === 'string' && ('operations' in value || 'secret' in value)
}

function isConfigLike(value: unknown): value is { readonly contracts: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'contracts' in value && Array.isArray(value.contracts)
}

/** Does the work; the faults that it finds in the file then begin with the file's name. @throws {ConfigError} */
export async function namingFile<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(error.message.split('\n').map(fault => `${file}: ${fault}`))
  }
}

async function defaultExport(file: string): Promise<unknown> {
  if (!existsSync(file)) throw new ConfigError(['there is no such file'])
  const exported = withoutInterop((await importFile(file)).default)
  if (exported === undefined) throw new ConfigError(['has no default export'])
  return exported
}

/** A module that was compiled to CommonJS has its default one level deeper. */
function withoutInterop(exported: unknown): unknown {
  return typeof exported === 'object' && exported !== null && 'default' in exported ? exported.default : exported
}

interface Module {
  readonly default?: unknown
}

async function importFile(file: string): Promise<Module> {
  const url = pathToFileURL(resolve(file)).href
  try {
    return await import(url)
  } catch (error) {
    if (isTypeScript(file) && needsCompiler.includes(systemCode(error) ?? '')) return importWithTsx(file, error)
    throw doesNotLoad(error)
  }
}

/** Node.js 20 knows no TypeScript; later versions strip types, but do not find `./acmeworks` without its extension. */
const needsCompiler = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX']

function isTypeScript(file: string): boolean {
  return /\.[cm]?ts$/.test(file)
}

/** For the packaged command, which is plain JavaScript: the file's own project has the compiler. */
function importWithTsx(file: string, refusal: unknown): Module {
  const tsx = tsxBeside(file)
  if (tsx === null) {
    if (systemCode(refusal) !== 'ERR_UNKNOWN_FILE_EXTENSION') throw doesNotLoad(refusal)
    throw new ConfigError([
      'is TypeScript, which this Node.js does not read: install tsx beside it, or name a .js or .mjs file by KEYTURN_CONFIG or --config',
    ])
  }
  try {
    return tsx.require(resolve(file), resolve(file))
  } catch (error) {
    throw doesNotLoad(error)
  }
}

interface Tsx {
  require(file: string, from: string): Module
}

function tsxBeside(file: string): Tsx | null {
  try {
    // tsx documents it as `tsx/cjs/api`.
    return createRequire(resolve(file))('tsx/cjs/api') as Tsx
  } catch (error) {
    if (systemCode(error) === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

/** Without the stack, and without what Node lists below. */
function doesNotLoad(error: unknown): ConfigError {
  const { message } = error instanceof Error ? error : new TypeError(String(error))
  const [first = '', second = ''] = message.split('\n')
  return new ConfigError([`does not load: ${first.endsWith(':') ? `${first} ${second}` : first}`])
}
