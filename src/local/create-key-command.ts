import { randomBytes } from 'node:crypto'
import type { ApiKeyStore } from '../access/api-key'
import { createApiKey } from '../access/create-api-key'
import type { NewApiKeyRequest } from '../access/create-api-key'
import { parseTenantId } from '../access/tenant-id'
import { allContracts } from '../contracts/all'
import type { Contract } from '../contracts/contract'
import { addSeconds } from '../rotation/instant'
import { StartError } from './start-error'
import { wholeNumber } from './whole-number'

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
 * @throws {StartError} naming the option and what is allowed
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
  throw new StartError(`--contract takes one of ${withKeys.map(each => each.name).join(', ')}`)
}

function tenantsOf({ name, tenant }: Contract, given: readonly string[]): readonly string[] {
  const kinds = tenant.ownerKinds?.map(kind => `${kind}:<id>`).join(', ')
  const uuids = tenant.from === 'header' && tenant.format === 'uuid'
  const allowed = kinds ?? (uuids ? 'UUIDs' : '1 to 128 of A-Z a-z 0-9 _ . : -')
  if (given.length === 0) throw new StartError(`--tenant is missing; tenants of ${name} are ${allowed}`)
  if (given.length > 1 && tenant.from === 'credential' && tenant.header === undefined) {
    throw new StartError(`--tenant: a key of ${name} acts for one tenant`)
  }
  const wrong = given.find(each => parseTenantId(tenant, each) === null)
  if (wrong === undefined) return given
  throw new StartError(`--tenant: ${JSON.stringify(wrong)} is no tenant of ${name}; they are ${allowed}`)
}

function permissionsOf({ name, credentials }: Contract, given: readonly string[] | undefined): readonly string[] {
  const known = credentials.permissions
  const wrong = given?.find(each => !known.includes(each))
  if (wrong === undefined) return given ?? known
  const allowed = known.length === 0 ? `: ${name} has no permissions` : ` takes one of ${known.join(', ')}`
  throw new StartError(`--permission${allowed}`)
}

function planOf({ name, credentials: { plans } }: Contract, given: string | undefined): string | null {
  if (given === undefined && plans.length === 0) return null
  if (given !== undefined && plans.includes(given)) return given
  throw new StartError(plans.length === 0 ? `--plan: ${name} has no plans` : `--plan takes one of ${plans.join(', ')}`)
}

function nameOf(name: string): string {
  if (name.length >= 1 && name.length <= 200) return name
  throw new StartError('--name takes 1 to 200 characters')
}
