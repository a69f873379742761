import type { Contract } from '../contracts/contract'
import { parseTenantId } from '../contracts/ids'
import { bitsOf, newText } from '../contracts/secret-text'
import { randomDigits } from '../core/id'
import { Secret } from '../core/secret'
import { type ApiKey, apiKeyHash, type ApiKeyStore } from './api-key'

export interface NewApiKeyRequest {
  readonly contract: Contract
  readonly name: string
  /** At least one. */
  readonly tenantIds: readonly string[]
  readonly permissions: readonly string[]
  /** Null where, and only where, the contract has no plans. */
  readonly plan: string | null
  readonly expiresAt: Date | null
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
const longestName = 200

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
  const { contract, name, permissions, plan, expiresAt } = request
  const format = contract.credentials.apiKey
  if (format === undefined) throw new RangeError(`${contract.name} has no API keys`)
  if (bitsOf(format) < leastBits) throw new RangeError(`API keys of ${contract.name} have less than ${leastBits} bits`)
  if (name === '' || name.length > longestName) throw new RangeError(`a name has 1 to ${longestName} characters`)
  const createdAt = now()
  if (expiresAt !== null && !(createdAt < expiresAt)) throw new RangeError('the expiry is not in the future')
  assertKnown(contract, permissions, plan)
  const tenantIds = knownTenants(contract, request.tenantIds)
  const text = newText(format, randomBytes)
  const id = `key_${randomDigits('0123456789abcdefghijklmnopqrstuvwxyz', 20, randomBytes)}`
  const sha256 = apiKeyHash(text)
  const scope = { contract: contract.name, tenantIds, permissions, plan }
  return { stored: { sha256, id, name, ...scope, createdAt, expiresAt, revokedAt: null }, text: new Secret(text) }
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
  if (tenantIds.length > 1 && tenant.from === 'credential' && tenant.header === undefined) {
    throw new RangeError(`an API key of ${name} acts for one tenant`)
  }
  return tenantIds.map(text => {
    const tenantId = parseTenantId(tenant, text)
    if (tenantId === null) throw new RangeError(`${JSON.stringify(text)} is no tenant of ${name}`)
    return tenantId
  })
}
