import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Config } from './config'
import { parseConfig } from './parse-config'

/** `KEYTURN_CONFIG` names another configuration than the project's own. */
export function configFile(): string {
  return process.env.KEYTURN_CONFIG ?? 'keyturn.config.ts'
}

/** The configuration that a TypeScript file exports as its default. @throws {ConfigError} */
export async function loadConfig(file: string): Promise<Config> {
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(resolve(file)).href)
  return parseConfig(defaultOf(loaded.default))
}

/** A module that was compiled to CommonJS has its default one level deeper. */
function defaultOf(exported: unknown): unknown {
  return typeof exported === 'object' && exported !== null && 'default' in exported ? exported.default : exported
}
