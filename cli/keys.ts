import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { configFile, loadOwnContracts } from '../config/load'
import { OperatorError } from '../local/operator-error'
import { readOwnContracts } from '../local/own-contracts'
import { wholeNumber } from '../local/options'
import type { ApiKey, ApiKeyStore } from '../src/access/api-key'
import { createApiKey, type NewApiKeyRequest } from '../src/access/create-api-key'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { allContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import { parseTenantId } from '../src/contracts/ids'
import { addSeconds } from '../src/core/instant'
import type { Given, Report } from './command'
import { placeOf, type TableOptions } from './local-or-deployed'

// `keyturn keys create|list|revoke`: API keys of the local run, or of a deployed table.

export interface CreateOptions extends TableOptions, ApiKeyOptions {
  readonly config?: string
}

/** What the API key is to be. */
export interface ApiKeyOptions {
  readonly contract?: string
  readonly tenant?: readonly string[]
  readonly permission?: readonly string[]
  readonly plan?: string
  readonly name?: string
  readonly expiresInDays?: string
}

/** `keys create`. @throws {OperatorError} naming the option and what is allowed */
export async function create({ options }: Given<CreateOptions>): Promise<Report> {
  const { table, config, contract, dataDir = '.keyturn' } = options
  if (config !== undefined && table === undefined) throw new OperatorError('--config goes with --table')
  const isKnown = allContracts.some(({ name }) => name === contract)
  const own = isKnown ? [] : table === undefined ? readOwnContracts(resolve(dataDir)) : await ownContracts(config)
  const request = apiKeyRequest(options, new Date(), own)
  return withStore(options, store => reportNewApiKey(store, request))
}

async function ownContracts(config: string | undefined): Promise<readonly Contract[]> {
  const file = config ?? configFile()
  if (config === undefined && !existsSync(file)) return []
  return loadOwnContracts(file)
}

/** Makes an API key. The report has its public id and, this once, the API key itself. */
export async function reportNewApiKey(store: Pick<ApiKeyStore, 'create'>, request: NewApiKeyRequest): Promise<Report> {
  const now = new Date()
  const { stored, text } = await createApiKey(store, { now: () => now, randomBytes }, request)
  const key = text.reveal()
  return {
    lines: [`id   ${stored.id}`, `key  ${key}`, '', 'Keep the key now: it is not stored, and not shown again.'],
    json: { ...documentOf(stored, now), key },
  }
}

/** `keys list`. */
export async function list({ options }: Given<TableOptions>): Promise<Report> {
  return withStore(options, store => reportApiKeys(store, new Date()))
}

/** `keys revoke <id>`. */
export async function revoke({ options, args }: Given<TableOptions>): Promise<Report> {
  const [id, ...others] = args
  if (id === undefined || others.length > 0) throw new OperatorError('revoke takes the public id of one key')
  const outcome = await withStore(options, store => store.revoke(id, new Date()))
  if (outcome === 'revoked') return { lines: [`revoked ${id}`], json: { id, state: 'revoked' } }
  throw new OperatorError(`no key has the public id ${JSON.stringify(id)}`)
}

async function withStore<Result>(options: TableOptions, use: (store: ApiKeyStore) => Promise<Result>): Promise<Result> {
  const { table, clientOptions } = placeOf(options)
  const client = dynamoDbClient(clientOptions)
  try {
    return await use(dynamoApiKeyStore({ client, name: table }, () => new Date()))
  } finally {
    client.destroy()
  }
}

const daySeconds = 24 * 60 * 60
const aDayToTenYears = { least: 1, greatest: 3650 }

/**
 * What the options ask for, at one of Keyturn's contracts or of a deployment's own.
 * @throws {OperatorError} naming the option and what is allowed
 */
export function apiKeyRequest(
  options: ApiKeyOptions,
  now: Date,
  ownContracts: readonly Contract[] = [],
): NewApiKeyRequest {
  const contract = contractOf(options.contract, [...allContracts, ...ownContracts])
  const { tenant = [], permission, plan, name = `${contract.name} key`, expiresInDays } = options
  return {
    contract,
    tenantIds: tenantsOf(contract, tenant),
    permissions: permissionsOf(contract, permission),
    plan: planOf(contract, plan),
    name: checkedName(name),
    expiresAt: expiresInDays === undefined ? null : daysAfter(now, expiresInDays),
  }
}

function contractOf(name: string | undefined, known: readonly Contract[]): Contract {
  const withApiKeys = known.filter(({ credentials }) => credentials.apiKey !== undefined)
  const contract = withApiKeys.find(each => each.name === name)
  if (contract !== undefined) return contract
  throw new OperatorError(`--contract takes one of ${withApiKeys.map(each => each.name).join(', ')}`)
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
  const { permissions: known = [] } = credentials
  const wrong = given?.find(each => !known.includes(each))
  if (wrong === undefined) return given ?? known
  const allowed = known.length === 0 ? `: ${name} has no permissions` : ` takes one of ${known.join(', ')}`
  throw new OperatorError(`--permission${allowed}`)
}

function planOf({ name, credentials: { plans = [] } }: Contract, given: string | undefined): string | null {
  if (given === undefined && plans.length === 0) return null
  if (given !== undefined && plans.includes(given)) return given
  throw new OperatorError(
    plans.length === 0 ? `--plan: ${name} has no plans` : `--plan takes one of ${plans.join(', ')}`,
  )
}

function checkedName(name: string): string {
  if (name.length >= 1 && name.length <= 200) return name
  throw new OperatorError('--name takes 1 to 200 characters')
}

function daysAfter(now: Date, days: string): Date {
  return addSeconds(now, wholeNumber('--expires-in-days', days, aDayToTenYears) * daySeconds)
}

const heading = ['ID', 'STATE', 'CONTRACT', 'TENANTS', 'PERMISSIONS', 'PLAN', 'CREATED', 'EXPIRES', 'NAME']

/** A table of all API keys, oldest first. */
export async function reportApiKeys(store: Pick<ApiKeyStore, 'list'>, now: Date): Promise<Report> {
  const keys = [...(await store.list())].sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
  const rows = [heading, ...keys.map(key => cellsOf(key, now))]
  const widths = heading.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const lines = rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return { lines, json: { keys: keys.map(key => documentOf(key, now)) } }
}

function cellsOf(key: ApiKey, now: Date): string[] {
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

/** All that is stored but for the hash. */
function documentOf({ sha256: _sha256, ...stored }: ApiKey, now: Date) {
  return { ...stored, state: stateOf(stored, now) }
}

function stateOf({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: Date): string {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active'
}
