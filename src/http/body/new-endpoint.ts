import type { Contract } from '../../contracts/contract'
import { canSignFor, parseEndpointId, parseTenantId } from '../../contracts/ids'
import type { Secret } from '../../core/secret'
import type { EndpointSettings } from '../../rotation/endpoint'
import { fieldsOf, invalidField } from './fields'
import type { JsonObject } from './json'
import { readOwnSecret } from './ring'
import { type GivenSettings, readSettings, type SettingsRules } from './settings'

export interface NewEndpointBody {
  readonly contract: Contract
  /** Null: Keyturn makes one. */
  readonly id: string | null
  readonly settings: EndpointSettings
  /** The secret that an imported endpoint has already. */
  readonly ownSecret: Secret | null
}

export interface NewEndpointRules extends Omit<SettingsRules, 'contract'> {
  readonly tenantId: string
  /** The contract of an endpoint whose body names none. */
  readonly ownContract: Contract
  /** The contracts that the body may name. */
  readonly contracts: readonly Contract[]
}

const ownSecretRule = { field: 'secret', minimumBytes: 24, maximumBytes: 64 }
const defaultRequestConfig = { timeoutMs: 5_000, headers: {} }

/**
 * An endpoint to be created, or one that a platform has already, with its id and secret.
 * @throws {Problem} `invalid-request` naming every field at fault; a `contract` that is unknown, or cannot sign for the
 *   tenant, alone, since it rules the others
 */
export function readNewEndpoint(body: JsonObject, rules: NewEndpointRules): NewEndpointBody {
  // An absent URL is none, which the contract allows or not.
  const fields = fieldsOf({ url: null, ...body }, 'refuse')
  const contract = body['contract'] === undefined ? rules.ownContract : readContract(rules, body['contract'])
  requireSignable(contract, rules.tenantId)
  fields.read('contract', () => contract)
  const id = fields.read('id', value => readId(contract, value))
  const ownSecret = fields.read('secret', value => readOwnSecret(contract, ownSecretRule, value))
  const given = readSettings(fields, { ...rules, contract })
  fields.finish()
  return {
    contract,
    id: id ?? null,
    settings: withDefaults(given, rules.mirror),
    ownSecret: ownSecret ?? null,
  }
}

function readContract({ contracts, tenantId }: NewEndpointRules, value: unknown): Contract {
  const contract = contracts.find(mounted => mounted.name === value)
  if (contract === undefined) {
    throw invalidField('contract', `must be one of: ${contracts.map(({ name }) => name).join(', ')}`)
  }
  if (parseTenantId(contract.tenant, tenantId) === tenantId) return contract
  throw invalidField('contract', 'has no tenants with ids like this one')
}

function requireSignable(contract: Contract, tenantId: string): void {
  if (canSignFor(contract, tenantId)) return
  throw invalidField(
    'contract',
    'signs the id of the tenant, which must not hold the character (mostly a full stop) that ends it',
  )
}

function readId({ ids, name }: Contract, value: unknown): string {
  const id = typeof value === 'string' ? parseEndpointId(ids, value) : null
  if (id === null) throw invalidField('id', `must be an id of ${name}`)
  return id
}

function withDefaults(given: GivenSettings, mirror: 'on' | 'off'): EndpointSettings {
  return {
    url: given.url ?? null,
    description: given.description ?? '',
    name: given.name ?? '',
    eventTypes: given.eventTypes ?? [],
    status: given.status ?? 'active',
    mirror: given.mirror ?? mirror,
    requestConfig: { ...defaultRequestConfig, ...given.requestConfig },
    consumers: given.consumers ?? [],
  }
}
