import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { allContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import type { Config } from './config'
import { mountsOf } from './mounts'
import { ConfigError, parseConfig, parseMounted } from './schema'

/** `KEYTURN_CONFIG` names another configuration than the project's own. */
export function configFile(): string {
  return process.env.KEYTURN_CONFIG ?? 'keyturn.config.ts'
}

/** The configuration that a TypeScript file exports as its default. @throws {ConfigError} */
export function loadConfig(file: string): Promise<Config> {
  return inFile(file, async () => parseConfig(await exportedBy(file)))
}

/** What a TypeScript file exports as its default. @throws {ConfigError} */
export async function exportedBy(file: string): Promise<unknown> {
  if (!existsSync(file)) throw new ConfigError(['there is no such file'])
  const exported = defaultOf((await loaded(file)).default)
  if (exported === undefined) throw new ConfigError(['has no default export'])
  return exported
}

async function loaded(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    throw new ConfigError([`does not load: ${firstLines(error)}`])
  }
}

/** Without the stack, and without what Node lists below. */
function firstLines(error: unknown): string {
  const { message } = error instanceof Error ? error : new TypeError(String(error))
  const [first = '', second = ''] = message.split('\n')
  return first.endsWith(':') ? `${first} ${second}` : first
}

/** A module that was compiled to CommonJS has its default one level deeper. */
function defaultOf(exported: unknown): unknown {
  return typeof exported === 'object' && exported !== null && 'default' in exported ? exported.default : exported
}

/** What the work returns. The faults that it finds then begin with the file that they are in. @throws {ConfigError} */
export async function inFile<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(error.message.split('\n').map(fault => `${file}: ${fault}`))
  }
}

/**
 * The contracts of its own that a file mounts under `contracts`, be it a configuration or what somebody else's stack
 * gives to `ControlPlane`. @throws {ConfigError}
 */
export function loadOwnContracts(file: string): Promise<readonly Contract[]> {
  return inFile(file, async () => {
    const mounts = mountsOf(parseMounted(await exportedBy(file)))
    return mounts.map(({ contract }) => contract).filter(contract => !allContracts.includes(contract))
  })
}
