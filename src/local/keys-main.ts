import type { ApiKeyStore } from '../access/api-key'
import { createKeyCommand, createKeyOptions, keyRequest } from './create-key-command'
import { keyTableOptions, openKeyTable } from './key-table'
import type { KeyTableOptions } from './key-table'
import { listKeysCommand } from './list-keys-command'
import { parseArguments } from './parse-arguments'
import { quietSdk } from './quiet-sdk'
import { StartError } from './start-error'

// `npm run keys -- create|list|revoke`: API keys of the local run or of a deployed table.

const commands: Readonly<Record<string, (args: string[]) => Promise<readonly string[]>>> = { create, list, revoke }

async function create(args: string[]): Promise<readonly string[]> {
  const { values } = parseArguments({ args, options: { ...createKeyOptions, ...keyTableOptions } })
  const request = keyRequest(values, new Date())
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

async function main(): Promise<void> {
  quietSdk()
  try {
    const [name = '', ...args] = process.argv.slice(2)
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command === undefined) throw new StartError('keys takes one of the commands create, list, revoke')
    console.log((await command(args)).join('\n'))
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new TypeError(String(error))
    console.error(`keyturn: ${error instanceof StartError ? message : `${name}: ${message}`}`)
    process.exitCode = 1
  }
}

void main()
