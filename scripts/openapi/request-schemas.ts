import { type Contract, type Operation, permissionsForNamedTenants } from '../../src/contracts/contract'
import { idempotencyKeyOf } from '../../src/contracts/defaults'
import { isOfPlatform, type Use, usesOfRotate } from '../../src/contracts/dimensions'
import { endpointIdPattern } from '../../src/contracts/ids'
import type { JsonSchema } from '../../src/contracts/json-schema'
import { isTextPlace, parsePlace, placeName } from '../../src/contracts/place'
import { storedIdPattern, uuidPattern } from '../../src/core/id'
import { messageIdPattern } from '../../src/delivery/delivery'
import { apiKeyTable } from '../../src/http/body/api-key'
import { eventTable, testTable } from '../../src/http/body/event'
import { type FieldTable, schemaOf, type UnknownFields } from '../../src/http/body/fields'
import { newEndpointTable } from '../../src/http/body/new-endpoint'
import { recoverTable } from '../../src/http/body/recover'
import { describeTable, exchangeTable, portalSessionTable } from '../../src/http/body/portal-session'
import { constantAt, type PlacedField, type PlacedTable } from '../../src/http/body/request-fields'
import { besidesChoices, idempotencyKeyField, rotateTable, saysInBody } from '../../src/http/body/ring'
import { settingsTable } from '../../src/http/body/settings'
import { abandonTable, promoteTable, revokeTable, rollBackTable } from '../../src/http/body/steps'
import { queryTable } from '../../src/http/query'
import type { ApiSettings } from '../../src/http/request'
import { publishedOverlapSeconds } from '../../src/rotation/published'

// What requests may say, out of the tables that read them.

/** What a deployment's requests go by. */
export type Deployment = Pick<ApiSettings, 'contracts' | 'mirror' | 'insecureTargets'>

/** Null: the operation looks at no body. */
export function bodyOf(contract: Contract, operation: Operation, deployment: Deployment): JsonSchema | null {
  const unknown = contract.rotateBody?.unknownFields ?? 'ignore'
  const reached = contract.reach === 'every' ? deployment.contracts : [contract]
  const settings = { mirror: deployment.mirror, insecureTargets: deployment.insecureTargets }
  switch (operation.use) {
    case 'create':
      return anyOf(
        reached.map(endpointContract => newEndpoint(contract, endpointContract, { ...deployment, ...settings })),
      )
    case 'update':
      return merged(reached.map(own => schemaOf(settingsTable({ ...settings, contract: own }), 'refuse')))
    case 'rotate':
      return rotateBody(contract, operation, reached)
    case 'revoke-previous':
      return saysInBody({ contract, operation })
        ? placedBody(withKey(contract, revokeTable(contract)), [], unknown)
        : null
    case 'promote':
      return placedBody(withKey(contract, promoteTable(contract)), [], unknown)
    case 'abandon':
      return placedBody(withKey(contract, abandonTable(contract)), [], unknown)
    case 'roll-back':
      return placedBody(withKey(contract, rollBackTable(contract)), [], unknown)
    case 'test':
      return contract.testBody === undefined ? null : schemaOf(testTable(contract.testBody.eventTypeField), unknown)
    case 'probe':
      return schemaOf({}, unknown)
    case 'publish':
      return schemaOf(eventTable(''), 'refuse')
    case 'recover':
      return schemaOf(recoverTable(new Date(0)), 'refuse')
    case 'create-api-key':
      return schemaOf(apiKeyTable(permissionsForNamedTenants(contract)), 'refuse')
    case 'create-portal-session':
      return schemaOf(portalSessionTable({ embedOrigins: [], returnOrigins: [] }), 'refuse')
    case 'describe-portal-session':
      return schemaOf(describeTable, 'refuse')
    case 'exchange-portal-session':
      return schemaOf(exchangeTable, 'refuse')
    case 'session':
    case 'end-portal-session':
    case 'end-portal-sessions':
    case 'list-api-keys':
    case 'revoke-api-key':
    case 'end-credentials':
    case 'list':
    case 'get':
    case 'delete':
    case 'reveal':
    case 'secret-state':
    case 'rotations':
    case 'audit':
    case 'tenant-audit':
    case 'health':
    case 'deliveries':
    case 'attempts':
    case 'send-again':
      return null
  }
}

/** Any of the schemas, each said once. */
export function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  const texts = new Set(schemas.map(schema => JSON.stringify(schema)))
  const [first = {}, ...others] = [...texts].map(text => JSON.parse(text) as JsonSchema)
  return others.length === 0 ? first : { anyOf: [first, ...others] }
}

/** Objects with the same members as one, in which each member is as in any of them. Which, the endpoint's contract says. */
function merged(objects: readonly JsonSchema[]): JsonSchema {
  const [first = {}] = objects
  const names = Object.keys(propertiesOf(first))
  const members = names.map(name => [name, anyOf(objects.map(object => propertiesOf(object)[name] ?? {}))] as const)
  return { ...first, properties: Object.fromEntries(members) }
}

function propertiesOf({ properties = {} }: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return properties as Readonly<Record<string, JsonSchema>>
}

/** The body that creates an endpoint of one contract, which it names unless it is that of the API itself. */
function newEndpoint(ownContract: Contract, contract: Contract, deployment: Deployment): JsonSchema {
  const table = newEndpointTable(contract, { ...deployment, ownContract, tenantId: '' })
  const isNamed = contract.name !== ownContract.name
  const named = { schema: { const: contract.name }, read: table.contract.read, required: isNamed }
  const placed = Object.entries({ ...table, contract: named }).map(
    ([place, field]) => [place, { place, field }] as const,
  )
  return placedBody(withKey(ownContract, Object.fromEntries(placed)), [], 'refuse')
}

function rotateBody(contract: Contract, operation: Operation, reached: readonly Contract[]): JsonSchema | null {
  if (!saysInBody({ contract, operation })) return null
  const unknown = contract.rotateBody?.unknownFields ?? 'ignore'
  const bodies = reached.map(own => {
    const table = rotateTable({ dialect: contract, contract: own, mounted: reached, now: new Date(0) })
    return placedBody(table, besidesChoices(contract, operation), unknown)
  })
  const rules = publishRules(contract)
  return { ...merged(bodies), ...(rules !== null && { allOf: [rules] }) }
}

/** What `leadSeconds` and `overlapSeconds` may be follows from when the key signs. */
function publishRules({ overlap, rotateBody }: Contract): JsonSchema | null {
  const { publish } = rotateBody ?? {}
  if (publish === undefined || overlap.kind !== 'chosen') return null
  const isPublished = { required: [publish.field], properties: { [publish.field]: { enum: ['published', 'manual'] } } }
  const later = { properties: { [overlap.field]: { minimum: publishedOverlapSeconds.minimum } } }
  const now = { properties: { [publish.leadField]: false } }
  return { anyOf: [{ allOf: [isPublished, later] }, { allOf: [{ not: isPublished }, now] }] }
}

/** With the idempotency key, where the contract has that in the body. */
function withKey(contract: Contract, table: PlacedTable): PlacedTable {
  const { rule, in: place } = idempotencyKeyOf(contract)
  return rule === 'off' || isTextPlace(place) ? table : { ...table, key: { place, field: idempotencyKeyField } }
}

/** What of a table stands in the body. */
function placedBody(table: PlacedTable, besides: readonly PlacedField[], unknown: UnknownFields): JsonSchema {
  const placed = [...Object.values(table), ...besides].flatMap(field => field ?? [])
  const inBody = placed.filter(({ place }) => !isTextPlace(place))
  return nested(
    inBody.map(({ place, field }) => ({ path: place.split('.'), field })),
    unknown,
  )
}

interface Nested {
  readonly path: readonly string[]
  readonly field: PlacedField['field']
}

/** Objects in objects, as the paths say. */
function nested(fields: readonly Nested[], unknown: UnknownFields): JsonSchema {
  const names = [...new Set(fields.map(({ path }) => path[0] ?? ''))]
  const members = names.map(name => {
    const own = fields.filter(({ path }) => path[0] === name)
    const leaf = own.find(({ path }) => path.length === 1)
    if (leaf !== undefined) return [name, leaf.field] as const
    const inner = own.map(({ path, field }) => ({ path: path.slice(1), field }))
    const required = inner.some(({ field }) => field.required === true)
    return [name, { schema: nested(inner, unknown), required, read: () => null }] as const
  })
  return schemaOf(Object.fromEntries(members), unknown)
}

/** Whether a repeat with the same idempotency key is answered by what the first request did. */
export function isReplayed(use: Use): boolean {
  return use !== 'reveal' && usesOfRotate.some(each => each === use)
}

/** A parameter of a path, a query or a header. */
export interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required: boolean
  readonly schema: JsonSchema
  readonly description?: string
}

/** The parameters of an operation; its credential is none. */
export function parametersOf(
  contract: Contract,
  operation: Operation,
  { path, mounted }: { readonly path: string; readonly mounted: readonly Contract[] },
): readonly Parameter[] {
  const placed = operation.use === 'rotate' ? placedParameters(contract, operation) : []
  const others = [
    ...pathParameters(contract, operation, path),
    ...tenantHeader(contract, operation),
    ...versionHeader(contract),
    ...queryParameters(queryTable(operation, mounted)),
    ...idempotencyHeader(contract, operation),
  ]
  return [...others, ...placed.filter(({ in: place, name }) => !others.some(o => o.in === place && o.name === name))]
}

function placedParameters(contract: Contract, operation: Operation): readonly Parameter[] {
  const rules = { dialect: contract, contract, mounted: [contract], now: new Date(0) }
  const wanted = Object.entries(operation.when ?? {}).map(([place, value]) => constantAt(place, value))
  const placed = [...Object.values(rotateTable(rules)), ...besidesChoices(contract, operation), ...wanted]
  return placed.flatMap(one => {
    if (one === undefined) return []
    const place = parsePlace(one.place)
    if (place.in === 'body') return []
    const required = place.in === 'path' || one.field.required === true
    return [{ in: place.in, name: place.name, required, schema: one.field.schema }]
  })
}

function queryParameters(table: FieldTable): readonly Parameter[] {
  return Object.entries(table).map(([name, { schema, required }]) => ({
    in: 'query',
    name,
    required: required === true,
    schema,
  }))
}

function pathParameters(contract: Contract, { use }: Operation, path: string): readonly Parameter[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) => {
    const isTenant = contract.tenant.from === 'path' && contract.tenant.parameter === name
    const schema = isTenant ? tenantSchema(contract) : name === 'id' ? idSchema(contract, use) : null
    return schema === null ? [] : [{ in: 'path' as const, name, required: true, schema }]
  })
}

function idSchema(contract: Contract, use: Use): JsonSchema {
  if (use === 'send-again') return { type: 'string', pattern: messageIdPattern.source, description: 'A delivery’s id' }
  if (use === 'revoke-api-key') return { type: 'string', description: 'An API key’s id' }
  if (use === 'end-credentials') return tenantSchema(contract)
  const pattern = contract.reach === 'every' ? storedIdPattern : endpointIdPattern(contract.ids)
  return { type: 'string', pattern: pattern.source, description: 'The endpoint’s id' }
}

function tenantSchema({ tenant }: Contract): JsonSchema {
  const isUuid = tenant.from === 'header' && tenant.format === 'uuid'
  const [pattern, description] = isUuid
    ? [uuidPattern, 'a UUID']
    : [storedIdPattern, '1 to 128 characters of A-Z, a-z, 0-9, _ . : -']
  return { type: 'string', pattern: pattern.source, description }
}

function tenantHeader(contract: Contract, { access, use }: Operation): readonly Parameter[] {
  const { tenant } = contract
  if (access === 'anyone' || isOfPlatform(use) || tenant.from === 'path' || tenant.header === undefined) return []
  const required = tenant.from === 'header'
  const when = required ? '' : ' Required for a credential of several tenants, or of all.'
  const description = `The tenant that the request is for.${when}`
  return [{ in: 'header', name: tenant.header, required, schema: tenantSchema(contract), description }]
}

function versionHeader({ apiVersions }: Contract): readonly Parameter[] {
  if (apiVersions === undefined) return []
  const { header, known } = apiVersions
  return [
    { in: 'header', name: header, required: false, schema: { type: 'string', enum: known, default: known[0] ?? '' } },
  ]
}

function idempotencyHeader(contract: Contract, { use }: Operation): readonly Parameter[] {
  const { rule, in: text } = idempotencyKeyOf(contract)
  const place = parsePlace(text)
  if (rule === 'off' || place.in === 'body' || !isReplayed(use)) return []
  const required = rule === 'required'
  const description = 'The same key again answers the same again for 24 hours'
  return [{ in: place.in, name: placeName(text), required, schema: idempotencyKeyField.schema, description }]
}
