import { isApiKeyName, longestName, mostTenants, namePattern, nameWords } from '../../access/create-api-key'
import { type Contract, permissionsForNamedTenants } from '../../contracts/contract'
import { parseTenantId } from '../../contracts/ids'
import { storedIdPattern } from '../../core/id'
import { described, type Field, instant, invalidField, listOf, readTable, required } from './fields'
import type { JsonObject } from './json'

/**
 * What a platform says of an API key that it makes for a customer.
 * @param known the permissions that an API key for named tenants can hold
 */
export function apiKeyTable(known: readonly string[]) {
  return {
    name: required(name),
    tenantIds: required(notEmpty(tenants)),
    permissions: required(described('None that the API key of the request lacks', notEmpty(permissions(known)))),
    expiresAt: required(
      described('In the future, and no later than the API key of the request expires; else a year ahead', instant),
    ),
  }
}

const name: Field<string> = {
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: longestName,
    pattern: namePattern.source,
    description: nameWords,
  },
  read: (path, value) => {
    if (typeof value === 'string' && isApiKeyName(value)) return value
    throw invalidField(path, `must be a text of ${nameWords}`)
  },
}

const tenants = listOf({
  most: mostTenants,
  pattern: storedIdPattern,
  items: 'the id of a tenant: 1 to 128 characters of A-Z, a-z, 0-9, _ . : -',
})

function permissions(known: readonly string[]): Field<readonly string[]> {
  const words = known.map(word => word.replaceAll(/[^\w:]/g, '\\$&'))
  const field = listOf({
    most: known.length,
    pattern: new RegExp(`^(?:${words.join('|')})$`),
    items: `one of ${known.join(', ')}`,
  })
  return { ...field, schema: { ...field.schema, items: { type: 'string', enum: known } } }
}

/** The same field, which must have one item at least. */
function notEmpty(field: Field<readonly string[]>): Field<readonly string[]> {
  return {
    schema: { ...field.schema, minItems: 1 },
    read: (path, value) => {
      const read = field.read(path, value)
      if (read.length > 0) return read
      throw invalidField(path, 'must not be empty')
    },
  }
}

/** @throws {Problem} `invalid-request` naming every field at fault */
export function readApiKeyBody(body: JsonObject, contract: Contract) {
  const read = readTable(body, apiKeyTable(permissionsForNamedTenants(contract)), 'refuse')
  const strange = read.tenantIds.findIndex(id => parseTenantId(contract.tenant, id) === null)
  if (strange === -1) return read
  throw invalidField(`tenantIds.${strange}`, `must be the id of a tenant, as those of ${contract.name} look`)
}
