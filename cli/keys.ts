import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { configFile, loadOwnContracts } from '../config/load'
import { OperatorError } from '../local/operator-error'
import { readOwnContracts } from '../local/own-contracts'
import { type ApiKey, type ApiKeyStore, operator, stateOf } from '../src/access/api-key'
import { createApiKey, isApiKeyName, mostTenants, nameWords, type NewApiKeyRequest } from '../src/access/create-api-key'
import { tellOfEnding, tellOfMaking } from '../src/access/tell-of-api-keys'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoApiKeyStore } from '../src/aws/dynamo-api-key-store'
import { allContracts } from '../src/contracts/all'
import {
  type Contract,
  namesTenant,
  permissionsForAllTenants,
  permissionsForNamedTenants,
} from '../src/contracts/contract'
import { parseTenantId } from '../src/contracts/ids'
import { storedIdPattern } from '../src/core/id'
import { addSeconds } from '../src/core/instant'
import { codeOf, shown } from '../src/core/shown'
import type { ApiKeyEventType } from '../src/rotation/event-types'
import type { Given, Report } from './command'
import { placeOf, type TableOptions } from './local-or-deployed'
import { type Bus, type BusOptions, busOf } from './told-on-bus'

// `keyturn keys create|list|revoke`: API keys of the local run, or of a deployed table.

export interface CreateOptions extends BusOptions, ApiKeyOptions {
  readonly config?: string
}

/** What the API key is to be. */
export interface ApiKeyOptions {
  readonly contract?: string
  readonly tenant?: readonly string[]
  readonly allTenants?: boolean
  /** Each may name several, with commas between them. */
  readonly permission?: readonly string[]
  readonly plan?: string
  readonly name?: string
  readonly expires?: string
  /** False: `--no-expiry`. */
  readonly expiry?: boolean
}

export interface ListOptions extends TableOptions, ListFilter {
  readonly config?: string
}

export interface ListFilter {
  readonly tenant?: string
  readonly contract?: string
  readonly live?: boolean
}

/** `keys create`. @throws {OperatorError} naming the option and what is allowed */
export async function create({ options }: Given<CreateOptions>): Promise<Report> {
  const request = apiKeyRequest(options, new Date(), await ownContractsFor(options))
  const bus = busOf(options)
  return withStore(options, store => reportNewApiKey({ store, bus }, request))
}

/** A deployment's own contracts, or the local run's, unless the option names one of Keyturn's. @throws {OperatorError} */
async function ownContractsFor(options: Pick<CreateOptions, 'table' | 'config' | 'contract' | 'dataDir'>) {
  const { table, config, contract, dataDir = '.keyturn' } = options
  if (config !== undefined && table === undefined) throw new OperatorError('--config goes with --table')
  if (allContracts.some(({ name }) => name === contract)) return []
  return table === undefined ? readOwnContracts(resolve(dataDir)) : ownContracts(config)
}

async function ownContracts(config: string | undefined): Promise<readonly Contract[]> {
  const file = config ?? configFile()
  if (config === undefined && !existsSync(file)) return []
  return loadOwnContracts(file)
}

export interface NewApiKeyReportDeps {
  readonly store: Pick<ApiKeyStore, 'create'>
  readonly bus: Bus
}

/**
 * Makes an API key and tells of it. The report has its public id and, this once, the API key itself: also where nobody could
 * be told of it, since it is there.
 */
export async function reportNewApiKey({ store, bus }: NewApiKeyReportDeps, request: NewApiKeyRequest): Promise<Report> {
  const now = new Date()
  const { stored, text } = await createApiKey(store, { now: () => now, randomBytes }, request)
  const untold = await bus.tell(telling => tellOfMaking(telling, stored))
  const key = text.reveal()
  return {
    lines: [`id   ${stored.id}`, `key  ${key}`, '', 'Keep the key now: it is not stored, and not shown again.'],
    json: { ...documentOf(stored, now), key, told: untold === null },
    warnings:
      untold === null ? [] : [`${untoldOn(bus, 'api-key.created')}: ${untold}. The API key is made all the same`],
  }
}

function untoldOn({ name }: Bus, type: ApiKeyEventType): string {
  return `${type} is not on the event bus ${name}, or not for every tenant`
}

/** `keys list`. @throws {OperatorError} naming the option and what is allowed */
export async function list({ options }: Given<ListOptions>): Promise<Report> {
  const own = options.contract === undefined ? [] : await ownContractsFor(options)
  return withStore(options, store => reportApiKeys(store, new Date(), options, own))
}

/** `keys revoke <id>`. Repeatable, and then tells again. */
export async function revoke({ options, args }: Given<BusOptions>): Promise<Report> {
  const [id, ...others] = args
  if (id === undefined || others.length > 0) throw new OperatorError('revoke takes the public id of one key')
  const bus = busOf(options)
  const revoked = await withStore(options, store => store.revoke(id, { at: new Date(), by: operator }))
  if (revoked === null) throw new OperatorError(`no key has the public id ${JSON.stringify(id)}`)
  const untold = await bus.tell(telling => tellOfEnding(telling, revoked))
  const report = { lines: [`revoked ${id}`], json: { id, state: 'revoked', told: untold === null } }
  if (untold === null) return report
  const warning = `${untoldOn(bus, 'api-key.revoked')}: ${untold}. The API key has ended all the same; run this again to tell it`
  return { ...report, warnings: [warning], exitCode: 1 }
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
  const { plan, name = `${contract.name} key` } = options
  const tenantIds = tenantsOf(contract, options)
  const known = tenantIds === 'all' ? (contract.credentials.permissions ?? []) : permissionsForNamedTenants(contract)
  const permissions = permissionsOf(contract, known, options.permission)
  const expiresAt = expiryOf(options, now)
  if (permissions === undefined || expiresAt === undefined) throw missing(contract, known, { permissions, expiresAt })
  return { contract, tenantIds, permissions, plan: planOf(contract, plan), name: checkedName(name), expiresAt }
}

/** Nobody gets every permission, or a key for ever, by leaving an option out. */
function missing(
  { name }: Contract,
  known: readonly string[],
  given: { readonly permissions: unknown; readonly expiresAt: unknown },
): OperatorError {
  const faults = [
    ...(given.permissions === undefined ? [`--permission is missing, and ${name} has ${known.join(', ')}`] : []),
    ...(given.expiresAt === undefined ? ['--expires or --no-expiry is missing'] : []),
  ]
  const proposed = [
    ...(given.permissions === undefined ? [`--permission ${known.join(',')}`] : []),
    ...(given.expiresAt === undefined ? ['--expires 90d'] : []),
  ]
  return new OperatorError(`${faults.join('; ')}. Add what you want of: ${proposed.join(' ')}`)
}

function contractOf(name: string | undefined, known: readonly Contract[]): Contract {
  const withApiKeys = known.filter(({ credentials }) => credentials.apiKey !== undefined)
  const contract = withApiKeys.find(each => each.name === name)
  if (contract !== undefined) return contract
  throw new OperatorError(`--contract takes one of ${withApiKeys.map(each => each.name).join(', ')}`)
}

function tenantsOf(contract: Contract, { tenant: given = [], allTenants }: ApiKeyOptions): readonly string[] | 'all' {
  const { name } = contract
  if (allTenants === true) return forAllTenants(contract, given)
  if (given.length === 0)
    throw new OperatorError(`--tenant is missing; tenants of ${name} are ${tenantWords(contract)}`)
  if (given.length > 1 && !namesTenant(contract)) {
    throw new OperatorError(`--tenant: a key of ${name} acts for one tenant`)
  }
  if (given.length > mostTenants) {
    throw new OperatorError(`--tenant: a key acts for ${mostTenants} tenants at most, or with --all-tenants for all`)
  }
  for (const each of given) tenantOf(contract, each)
  return given
}

const anyTenant = '1 to 128 of A-Z a-z 0-9 _ . : -'

/** How tenants of the contract look. */
function tenantWords({ tenant }: Contract): string {
  const kinds = tenant.ownerKinds?.map(kind => `${kind}:<id>`).join(', ')
  const uuids = tenant.from === 'header' && tenant.format === 'uuid'
  return kinds ?? (uuids ? 'UUIDs' : anyTenant)
}

/** As API keys of the contract name it. @throws {OperatorError} */
function tenantOf(contract: Contract, text: string): string {
  const tenantId = parseTenantId(contract.tenant, text)
  if (tenantId !== null) return tenantId
  const { name } = contract
  throw new OperatorError(
    `--tenant: ${JSON.stringify(text)} is no tenant of ${name}; they are ${tenantWords(contract)}`,
  )
}

function forAllTenants(contract: Contract, given: readonly string[]): 'all' {
  if (given.length > 0) throw new OperatorError('--tenant and --all-tenants: give one of them')
  if (namesTenant(contract)) return 'all'
  throw new OperatorError(`--all-tenants: requests of ${contract.name} do not name their tenant`)
}

/** Undefined: the contract has some, and none is given. */
function permissionsOf(
  contract: Contract,
  known: readonly string[],
  given: readonly string[] | undefined,
): readonly string[] | undefined {
  if (given === undefined) return known.length === 0 ? [] : undefined
  const { name } = contract
  const names = [...new Set(given.flatMap(each => each.split(',')))]
  const wrong = names.find(each => !known.includes(each))
  if (wrong === undefined) return names
  if (permissionsForAllTenants(contract).includes(wrong)) {
    throw new OperatorError(`--permission ${wrong} goes with --all-tenants alone`)
  }
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
  if (isApiKeyName(name)) return name
  throw new OperatorError(`--name takes ${nameWords}`)
}

const daySeconds = 24 * 60 * 60
const longestDays = 3650

/** Null: never; undefined: not said. */
function expiryOf({ expires, expiry }: ApiKeyOptions, now: Date): Date | null | undefined {
  if (expires === undefined) return expiry === false ? null : undefined
  if (expiry === false) throw new OperatorError('--expires and --no-expiry: give one of them')
  const [, days] = /^(\d{1,4})d$/.exec(expires) ?? []
  const at = days === undefined ? dayOf(expires) : addSeconds(now, Number(days) * daySeconds)
  if (at !== null && now < at && at <= addSeconds(now, longestDays * daySeconds)) return at
  const allowed = `days from now like 90d, or a day in UTC like ${dayText(addSeconds(now, 90 * daySeconds))}`
  throw new OperatorError(
    `--expires takes ${allowed}, ${longestDays} days ahead at most, not ${JSON.stringify(expires)}`,
  )
}

/** The beginning of the day; null where there is no such day. */
function dayOf(text: string): Date | null {
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00.000Z` : Number.NaN)
  return Number.isNaN(at.getTime()) || dayText(at) !== text ? null : at
}

function dayText(at: Date): string {
  return at.toISOString().slice(0, 10)
}

const heading = [
  ...(['ID', 'STATE', 'CONTRACT', 'TENANTS', 'PERMISSIONS', 'PLAN', 'CREATED', 'EXPIRES', 'LAST USED'] as const),
  ...(['MADE BY', 'NAME'] as const),
]

/**
 * A table of the API keys, oldest first. With a tenant: those that act for it.
 * @param own contracts of a deployment's own
 * @throws {OperatorError} for a contract that there is not and that no API key has, and for what is no tenant
 */
export async function reportApiKeys(
  store: Pick<ApiKeyStore, 'list'>,
  now: Date,
  filter: ListFilter = {},
  own: readonly Contract[] = [],
): Promise<Report> {
  const { contract, live = false } = filter
  const stored = await store.list()
  const tenant = wantedTenant(filter, wantedContract(filter, stored, [...allContracts, ...own]))
  const keys = stored
    .filter(key => tenant === undefined || key.allTenants || key.tenantIds.includes(tenant))
    .filter(key => contract === undefined || key.contract === contract)
    .filter(key => !live || stateOf(key, now) === 'active')
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
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

/** Undefined: any, or one that is no more, of which there still are API keys. */
function wantedContract(
  { contract: name }: ListFilter,
  stored: readonly ApiKey[],
  known: readonly Contract[],
): Contract | undefined {
  const contract = known.find(each => each.name === name)
  const isListed = name === undefined || stored.some(key => key.contract === name)
  return isListed ? contract : contractOf(name, known)
}

function wantedTenant({ tenant }: ListFilter, contract: Contract | undefined): string | undefined {
  if (tenant === undefined) return undefined
  if (contract !== undefined) return tenantOf(contract, tenant)
  if (storedIdPattern.test(tenant)) return tenant
  throw new OperatorError(`--tenant: ${JSON.stringify(tenant)} is no tenant; they are ${anyTenant}`)
}

function cellsOf(key: ApiKey, now: Date): string[] {
  return [
    key.id,
    stateOf(key, now),
    key.contract,
    key.allTenants ? '(all)' : key.tenantIds.join(','),
    key.permissions.join(',') || '-',
    key.plan ?? '-',
    key.createdAt.toISOString(),
    key.expiresAt?.toISOString() ?? 'never',
    key.lastUsedAt?.toISOString() ?? '-',
    key.createdBy?.id ?? '-',
    key.name,
  ].map(cellOf)
}

/** As it is printed. Columns are two blanks apart, so of several blanks all but the first are shown as their codes. */
function cellOf(text: string): string {
  const blank = /(?<=\p{Zs})\p{Zs}/gu
  return shown(text).replace(blank, codeOf)
}

/** All that is stored but for the hash. */
function documentOf({ sha256: _sha256, ...stored }: ApiKey, now: Date) {
  return { ...stored, state: stateOf(stored, now) }
}
