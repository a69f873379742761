import type { Contract } from '../../contracts/contract'
import { canSignFor, describeIds, endpointIdPattern, parseEndpointId, parseTenantId } from '../../contracts/ids'
import type { Secret } from '../../core/secret'
import type { EndpointSettings } from '../../rotation/endpoint'
import { byDefault, type Field, invalidField, readTable, word } from './fields'
import type { JsonObject } from './json'
import { ownSecretField } from './ring'
import { type GivenSettings, settingsTable, type SettingsRules } from './settings'

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
/** What a new endpoint is where its body does not say. */
const defaults = {
  description: '',
  name: '',
  eventTypes: [],
  status: 'active',
  requestConfig: { timeoutMs: 5_000, headers: {} },
  consumers: [],
} as const

/** What a body says of a new endpoint of one contract: its settings, or also the id and the secret that it has already. */
export function newEndpointTable(contract: Contract, rules: NewEndpointRules) {
  const settings = settingsTable({ ...rules, contract })
  return {
    contract: word(rules.contracts.map(({ name }) => name)),
    id: idField(contract),
    secret: ownSecretField(contract, ownSecretRule),
    url: { ...settings.url, required: contract.url !== 'optional' },
    description: byDefault(defaults.description, settings.description),
    name: byDefault(defaults.name, settings.name),
    eventTypes: byDefault(defaults.eventTypes, settings.eventTypes),
    status: byDefault(defaults.status, settings.status),
    mirror: byDefault(rules.mirror, settings.mirror),
    requestConfig: byDefault(defaults.requestConfig, settings.requestConfig),
    consumers: byDefault(defaults.consumers, settings.consumers),
  }
}

/**
 * An endpoint to be created, or one that a platform has already, with its id and secret.
 * @throws {Problem} `invalid-request` naming every field at fault; a `contract` that is unknown, or cannot sign for the
 *   tenant, alone, since it rules the others
 */
export function readNewEndpoint(body: JsonObject, rules: NewEndpointRules): NewEndpointBody {
  const contract = body['contract'] === undefined ? rules.ownContract : readContract(rules, body['contract'])
  requireSignable(contract, rules.tenantId)
  const { id = null, secret = null, ...given } = readTable(body, newEndpointTable(contract, rules), 'refuse')
  return { contract, id, settings: withDefaults(given, rules.mirror), ownSecret: secret }
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

function idField({ ids, name }: Contract): Field<string> {
  return {
    schema: { type: 'string', pattern: endpointIdPattern(ids).source, description: describeIds(ids) },
    read: (path, value) => {
      const id = typeof value === 'string' ? parseEndpointId(ids, value) : null
      if (id === null) throw invalidField(path, `must be an id of ${name}: ${describeIds(ids)}`)
      return id
    },
  }
}

function withDefaults(given: Partial<GivenSettings>, mirror: 'on' | 'off'): EndpointSettings {
  return {
    url: given.url ?? null,
    description: given.description ?? defaults.description,
    name: given.name ?? defaults.name,
    eventTypes: given.eventTypes ?? defaults.eventTypes,
    status: given.status ?? defaults.status,
    mirror: given.mirror ?? mirror,
    requestConfig: { ...defaults.requestConfig, ...given.requestConfig },
    consumers: given.consumers ?? defaults.consumers,
  }
}
