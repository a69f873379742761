import { type Contract, namesTenant, permissionsForAllTenants } from '../contracts/contract'
import { parseTenantId } from '../contracts/ids'
import { bitsOf, newText } from '../contracts/secret-text'
import { countCharacters } from '../core/cut-text'
import { randomDigits } from '../core/id'
import { Secret } from '../core/secret'
import { type ApiKey, apiKeyHash, type ApiKeyStore, type Maker, operator } from './api-key'

export interface NewApiKeyRequest {
  readonly contract: Contract
  readonly name: string
  /** Which tenants it acts for: one at least, or whichever a request names. */
  readonly tenantIds: readonly string[] | 'all'
  readonly permissions: readonly string[]
  /** Null where, and only where, the contract has no plans. */
  readonly plan: string | null
  readonly expiresAt: Date | null
  /** Absent: an operator. */
  readonly createdBy?: Maker
}

export interface NewApiKeyDeps {
  readonly now: () => Date
  readonly randomBytes: (count: number) => Buffer
}

export interface NewApiKey {
  readonly stored: ApiKey
  /** Shown once; nobody can find it out again. */
  readonly text: Secret
}

const leastBits = 256
export const longestName = 200
/** Its control characters would reach the terminal of whoever lists API keys. */
// oxlint-disable-next-line no-control-regex
export const namePattern = /^[^\u0000-\u001f\u007f-\u009f]+$/
/** What `isApiKeyName` takes, in words. */
export const nameWords = `1 to ${longestName} characters, none of them a control character`
/** An API key is stored in one step with a record of it for each tenant. */
export const mostTenants = 50

/**
 * Makes an API key and stores its SHA-256.
 * @throws {RangeError} when the contract has no such keys, tenants, permissions or plans
 */
export async function createApiKey(
  store: Pick<ApiKeyStore, 'create'>,
  deps: NewApiKeyDeps,
  request: NewApiKeyRequest,
): Promise<NewApiKey> {
  const made = newApiKey(deps, request)
  await store.create(made.stored)
  return made
}

/** A new API key, not yet stored. Throws as `createApiKey`. */
export function newApiKey({ now, randomBytes }: NewApiKeyDeps, request: NewApiKeyRequest): NewApiKey {
  const { contract, name, permissions, plan, expiresAt, createdBy = operator } = request
  const format = contract.credentials.apiKey
  if (format === undefined) throw new RangeError(`${contract.name} has no API keys`)
  if (bitsOf(format) < leastBits) throw new RangeError(`API keys of ${contract.name} have less than ${leastBits} bits`)
  if (!isApiKeyName(name)) throw new RangeError(`a name has ${nameWords}`)
  const createdAt = now()
  if (expiresAt !== null && !(createdAt < expiresAt)) throw new RangeError('the expiry is not in the future')
  assertKnown(contract, permissions, plan)
  const allTenants = request.tenantIds === 'all'
  const tenantIds = request.tenantIds === 'all' ? [] : knownTenants(contract, request.tenantIds)
  assertTenantsFit(contract, permissions, allTenants ? 'all' : 'named')
  const text = newText(format, randomBytes)
  const id = `key_${randomDigits('0123456789abcdefghijklmnopqrstuvwxyz', 20, randomBytes)}`
  const sha256 = apiKeyHash(text)
  const scope = { contract: contract.name, allTenants, tenantIds, permissions, plan }
  const life = { createdAt, createdBy, expiresAt, revokedAt: null, revokedBy: null, lastUsedAt: null }
  return { stored: { sha256, id, name, ...scope, ...life }, text: new Secret(text) }
}

/** Whether an API key can be called so. */
export function isApiKeyName(name: string): boolean {
  return namePattern.test(name) && name.isWellFormed() && countCharacters(name) <= longestName
}

/** A contract whose requests do not name their tenant has no API keys for all; some permissions are held by those alone. */
function assertTenantsFit(contract: Contract, permissions: readonly string[], tenants: 'all' | 'named'): void {
  if (tenants === 'all' && !namesTenant(contract)) {
    throw new RangeError(`requests of ${contract.name} do not name their tenant, so no API key is for all`)
  }
  const denied = permissionsForAllTenants(contract).find(permission => permissions.includes(permission))
  if (tenants === 'named' && denied !== undefined) throw new RangeError(`only an API key for all tenants has ${denied}`)
}

function assertKnown(
  { name, credentials: { permissions: known = [], plans = [] } }: Contract,
  permissions: readonly string[],
  plan: string | null,
): void {
  const unknown = permissions.find(permission => !known.includes(permission))
  if (unknown !== undefined) throw new RangeError(`${name} has no permission ${unknown}`)
  const planFits = plan === null ? plans.length === 0 : plans.includes(plan)
  if (!planFits) throw new RangeError(`the plan is one of: ${plans.join(', ') || 'none'}`)
}

function knownTenants({ name, tenant }: Contract, tenantIds: readonly string[]): readonly string[] {
  if (tenantIds.length === 0) throw new RangeError('an API key acts for one tenant at least')
  if (tenantIds.length > mostTenants)
    throw new RangeError(`an API key acts for ${mostTenants} tenants at most, or for all`)
  if (tenantIds.length > 1 && tenant.from === 'credential' && tenant.header === undefined) {
    throw new RangeError(`an API key of ${name} acts for one tenant`)
  }
  return tenantIds.map(text => {
    const tenantId = parseTenantId(tenant, text)
    if (tenantId === null) throw new RangeError(`${JSON.stringify(text)} is no tenant of ${name}`)
    return tenantId
  })
}
