import type { ApiKeyStore } from '../access/api-key'
import { allContracts } from '../contracts/all'
import type { Contract } from '../contracts/contract'
import { createKeyCommand, createKeyOptions, keyRequest } from './create-key-command'
import { keyTableOptions, openKeyTable } from './key-table'
import type { KeyTableOptions } from './key-table'
import { listKeysCommand } from './list-keys-command'
import { parseArguments } from './parse-arguments'
import { StartError } from './start-error'

/** The contracts that a deployment's configuration has of its own; undefined means the project's configuration. */
export type LoadContracts = (configFile: string | undefined) => Promise<readonly Contract[]>

type Command = (args: string[], load: LoadContracts) => Promise<readonly string[]>

const commands: Readonly<Record<string, Command>> = { create, list, revoke }

/** `keys create|list|revoke`: API keys of the local run or of a deployed table. @throws {StartError} */
export async function keysCommand(given: readonly string[], load: LoadContracts): Promise<readonly string[]> {
  const [name = '', ...args] = given
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw new StartError('keys takes one of the commands create, list, revoke')
  return command(args, load)
}

async function create(args: string[], load: LoadContracts): Promise<readonly string[]> {
  const options = { ...createKeyOptions, ...keyTableOptions, config: { type: 'string' } } as const
  const { values } = parseArguments({ args, options })
  const { table, config, contract } = values
  if (config !== undefined && table === undefined) throw new StartError('--config goes with --table')
  const isKnown = allContracts.some(({ name }) => name === contract)
  const own = table === undefined || isKnown ? [] : await load(config)
  const request = keyRequest(values, new Date(), own)
  return withTable(values, store => createKeyCommand(store, request))
}

async function list(args: string[]): Promise<readonly string[]> {
  const { values } = parseArguments({ args, options: keyTableOptions })
  return withTable(values, store => listKeysCommand(store, new Date()))
}

async function revoke(args: string[]): Promise<readonly string[]> {
  const { values, positionals } = parseArguments({ args, options: keyTableOptions, allowPositionals: true })
  const [id, ...others] = positionals
  if (id === undefined || others.length > 0) throw new StartError('revoke takes the public id of one key')
  const outcome = await withTable(values, store => store.revoke(id, new Date()))
  if (outcome === 'revoked') return [`revoked ${id}`]
  throw new StartError(`no key has the public id ${JSON.stringify(id)}`)
}

async function withTable<Result>(
  values: KeyTableOptions,
  use: (store: ApiKeyStore) => Promise<Result>,
): Promise<Result> {
  const table = openKeyTable(values)
  try {
    return await use(table.store)
  } finally {
    table.close()
  }
}
