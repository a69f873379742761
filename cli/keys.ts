import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import * as v from 'valibot'
import { localFile } from '../local/local-description'
import { OperatorError } from '../local/operator-error'
import { parseArguments, regionOptions, wholeNumber } from '../local/options'
import { readStored } from '../local/stored-json'
import type { ApiKey, ApiKeyStore } from '../src/access/api-key'
import { createApiKey, type NewApiKeyRequest } from '../src/access/create-api-key'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { allContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import { parseTenantId } from '../src/contracts/ids'
import { addSeconds } from '../src/core/instant'

/** The contracts that a deployment's configuration has of its own; undefined means the project's configuration. */
export type LoadContracts = (configFile: string | undefined) => Promise<readonly Contract[]>

type Command = (args: string[], load: LoadContracts) => Promise<readonly string[]>

const commands: Readonly<Record<string, Command>> = { create, list, revoke }

/** `keys create|list|revoke`: API keys of the local run or of a deployed table. @throws {OperatorError} */
export async function keysCommand(given: readonly string[], load: LoadContracts): Promise<readonly string[]> {
  const [name = '', ...args] = given
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw new OperatorError('keys takes one of the commands create, list, revoke')
  return command(args, load)
}

async function create(args: string[], load: LoadContracts): Promise<readonly string[]> {
  const options = { ...createKeyOptions, ...keyTableOptions, config: { type: 'string' } } as const
  const { values } = parseArguments({ args, options })
  const { table, config, contract } = values
  if (config !== undefined && table === undefined) throw new OperatorError('--config goes with --table')
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
  if (id === undefined || others.length > 0) throw new OperatorError('revoke takes the public id of one key')
  const outcome = await withTable(values, store => store.revoke(id, new Date()))
  if (outcome === 'revoked') return [`revoked ${id}`]
  throw new OperatorError(`no key has the public id ${JSON.stringify(id)}`)
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

const daySeconds = 24 * 60 * 60
const aDayToTenYears = { least: 1, greatest: 3650 }

export const createKeyOptions = {
  contract: { type: 'string' },
  tenant: { type: 'string', multiple: true },
  permission: { type: 'string', multiple: true },
  plan: { type: 'string' },
  name: { type: 'string' },
  'expires-in-days': { type: 'string' },
} as const

export interface CreateKeyValues {
  readonly contract?: string | undefined
  readonly tenant?: readonly string[] | undefined
  readonly permission?: readonly string[] | undefined
  readonly plan?: string | undefined
  readonly name?: string | undefined
  readonly 'expires-in-days'?: string | undefined
}

/** Makes an API key; the lines are its public id and, this once, the key. */
export async function createKeyCommand(
  store: Pick<ApiKeyStore, 'create'>,
  request: NewApiKeyRequest,
): Promise<readonly string[]> {
  const { stored, text } = await createApiKey(store, { now: () => new Date(), randomBytes }, request)
  return [`id   ${stored.id}`, `key  ${text.reveal()}`, '', 'Keep the key now: it is not stored, and not shown again.']
}

/**
 * What the options ask for, at one of Keyturn's contracts or of a deployment's own.
 * @throws {OperatorError} naming the option and what is allowed
 */
export function keyRequest(values: CreateKeyValues, now: Date, own: readonly Contract[] = []): NewApiKeyRequest {
  const contract = contractOf(values.contract, [...allContracts, ...own])
  const days = values['expires-in-days'] ?? null
  return {
    contract,
    tenantIds: tenantsOf(contract, values.tenant ?? []),
    permissions: permissionsOf(contract, values.permission),
    plan: planOf(contract, values.plan),
    name: nameOf(values.name ?? `${contract.name} key`),
    expiresAt:
      days === null ? null : addSeconds(now, wholeNumber('--expires-in-days', days, aDayToTenYears) * daySeconds),
  }
}

function contractOf(name: string | undefined, known: readonly Contract[]): Contract {
  const withKeys = known.filter(({ credentials }) => credentials.apiKey !== undefined)
  const contract = withKeys.find(each => each.name === name)
  if (contract !== undefined) return contract
  throw new OperatorError(`--contract takes one of ${withKeys.map(each => each.name).join(', ')}`)
}

function tenantsOf({ name, tenant }: Contract, given: readonly string[]): readonly string[] {
  const kinds = tenant.ownerKinds?.map(kind => `${kind}:<id>`).join(', ')
  const uuids = tenant.from === 'header' && tenant.format === 'uuid'
  const allowed = kinds ?? (uuids ? 'UUIDs' : '1 to 128 of A-Z a-z 0-9 _ . : -')
  if (given.length === 0) throw new OperatorError(`--tenant is missing; tenants of ${name} are ${allowed}`)
  if (given.length > 1 && tenant.from === 'credential' && tenant.header === undefined) {
    throw new OperatorError(`--tenant: a key of ${name} acts for one tenant`)
  }
  const wrong = given.find(each => parseTenantId(tenant, each) === null)
  if (wrong === undefined) return given
  throw new OperatorError(`--tenant: ${JSON.stringify(wrong)} is no tenant of ${name}; they are ${allowed}`)
}

function permissionsOf({ name, credentials }: Contract, given: readonly string[] | undefined): readonly string[] {
  const known = credentials.permissions
  const wrong = given?.find(each => !known.includes(each))
  if (wrong === undefined) return given ?? known
  const allowed = known.length === 0 ? `: ${name} has no permissions` : ` takes one of ${known.join(', ')}`
  throw new OperatorError(`--permission${allowed}`)
}

function planOf({ name, credentials: { plans } }: Contract, given: string | undefined): string | null {
  if (given === undefined && plans.length === 0) return null
  if (given !== undefined && plans.includes(given)) return given
  throw new OperatorError(
    plans.length === 0 ? `--plan: ${name} has no plans` : `--plan takes one of ${plans.join(', ')}`,
  )
}

function nameOf(name: string): string {
  if (name.length >= 1 && name.length <= 200) return name
  throw new OperatorError('--name takes 1 to 200 characters')
}

const heading = ['ID', 'STATE', 'CONTRACT', 'TENANTS', 'PERMISSIONS', 'PLAN', 'CREATED', 'EXPIRES', 'NAME']

/** The lines of a table of all keys, oldest first. */
export async function listKeysCommand(store: Pick<ApiKeyStore, 'list'>, now: Date): Promise<readonly string[]> {
  const keys = [...(await store.list())].sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
  const rows = [heading, ...keys.map(key => rowOf(key, now))]
  const widths = heading.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function rowOf(key: ApiKey, now: Date): string[] {
  return [
    key.id,
    stateOf(key, now),
    key.contract,
    key.tenantIds.join(','),
    key.permissions.join(',') || '-',
    key.plan ?? '-',
    key.createdAt.toISOString(),
    key.expiresAt?.toISOString() ?? 'never',
    key.name,
  ]
}

function stateOf({ revokedAt, expiresAt }: ApiKey, now: Date): string {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active'
}

/** Where the API keys are: in a deployed table, or in the local run of a data folder. */
export interface KeyTableOptions {
  readonly table?: string | undefined
  readonly region?: string | undefined
  readonly 'data-dir'?: string | undefined
}

/** The options of every command on API keys. */
export const keyTableOptions = {
  table: { type: 'string' },
  region: { type: 'string' },
  'data-dir': { type: 'string' },
} as const

export interface KeyTable {
  readonly store: ApiKeyStore
  close(): void
}

/** A deployed table is reached with the credentials that the AWS SDK finds. @throws {OperatorError} */
export function openKeyTable({ table, region, 'data-dir': dataDir }: KeyTableOptions): KeyTable {
  if (table !== undefined && dataDir !== undefined) {
    throw new OperatorError('--table names a deployed table, --data-dir a local run: give one of them')
  }
  if (table === '') throw new OperatorError('--table must not be empty')
  if (table !== undefined) return keyTable(table, regionOptions(region))
  if (region !== undefined) throw new OperatorError('--region goes with --table')
  const local = readDescription(resolve(dataDir ?? '.keyturn'))
  const { accessKeyId, secretAccessKey } = local
  return keyTable(local.table, {
    endpoint: local.aws,
    region: local.region,
    credentials: { accessKeyId, secretAccessKey },
  })
}

function keyTable(name: string, options: Parameters<typeof dynamoDbClient>[0]): KeyTable {
  const client = dynamoDbClient(options)
  return { store: dynamoApiKeyStore({ client, name }, () => new Date()), close: () => client.destroy() }
}

const schema = v.object({
  aws: v.pipe(v.string(), v.url()),
  region: v.string(),
  table: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
})

/** How the AWS endpoint of a local run is reached. */
export type LocalAddress = Readonly<v.InferOutput<typeof schema>>

/** What the running local run of a data folder says of itself. @throws {OperatorError} */
export function readDescription(dataDir: string): LocalAddress {
  const remedy = 'the next npm start writes it anew'
  const description = readStored({ file: localFile(dataDir), schema, remedy })
  if (description !== null) return description
  throw new OperatorError(
    `no local run in ${dataDir}: start one with npm start, or give --data-dir, or --table and --region`,
  )
}
