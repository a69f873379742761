import { codeOf } from '../../src/access/portal-session'
import { type Contract, type Operation, permissionsForNamedTenants } from '../../src/contracts/contract'
import { idempotencyKeyOf } from '../../src/contracts/defaults'
import type { Use } from '../../src/contracts/dimensions'
import { isTextPlace } from '../../src/contracts/place'
import type { Json } from '../../src/contracts/shape'
import { addSeconds } from '../../src/core/instant'
import { Secret } from '../../src/core/secret'
import type { PlacedTable } from '../../src/http/body/request-fields'
import { abandonTable, promoteTable, revokeTable, rollBackTable } from '../../src/http/body/steps'
import { vendorRequest } from '../../src/rotation-hook/vendor-request'
import { type JsonObject, withMember } from '../../src/verify/in-body'
import { eventId, eventType, noon, payload, type Sample, sampleOf, sayableOverlap, settings } from './sample'

// A body for each operation that takes one.

/** What the body of a request could be. Null: the operation looks at none. */
export function exampleBody(contract: Contract, operation: Operation): Json {
  return bodies[operation.use](sampleOf(contract), operation)
}

const none = (): null => null

/** How long a key that was given up works on. */
export const abandonSeconds = 600

const bodies: { readonly [U in Use]: (sample: Sample, operation: Operation) => Json } = {
  create: ({ contract }) => keyed(contract, settings),
  update: () => ({ description: settings.description, eventTypes: settings.eventTypes }),
  rotate: rotateBody,
  promote: sample => placed(sample, promoteTable(sample.contract), { keyId: sample.next.id, force: true }),
  abandon: sample =>
    placed(sample, abandonTable(sample.contract), { keyId: sample.next.id, overlapSeconds: abandonSeconds }),
  'roll-back': sample => placed(sample, rollBackTable(sample.contract), { force: true }),
  'revoke-previous': sample => placed(sample, revokeTable(sample.contract), { requireProof: true }),
  test: ({ contract: { testBody } }) => (testBody === undefined ? null : { [testBody.eventTypeField]: eventType }),
  probe: () => ({}),
  publish: () => ({ type: eventType, id: eventId, payload }),
  recover: () => ({ since: addSeconds(noon, -3600).toISOString() }),
  'create-api-key': ({ contract, tenantId }) => ({
    name: 'CI',
    tenantIds: [tenantId],
    permissions: permissionsForNamedTenants(contract).slice(0, 1),
    expiresAt: addSeconds(noon, 90 * 86_400).toISOString(),
  }),
  'create-portal-session': () => ({
    subject: portalSubject,
    scopes: portalScopes,
    returnUrl: 'https://app.example.com/webhooks',
  }),
  'describe-portal-session': () => ({ code: portalCode }),
  'exchange-portal-session': () => ({ code: portalCode, nonce: 'EXAMPLE'.padEnd(43, '0') }),
  session: none,
  'end-portal-session': none,
  'end-portal-sessions': none,
  reveal: none,
  list: none,
  get: none,
  delete: none,
  'secret-state': none,
  rotations: none,
  audit: none,
  'tenant-audit': none,
  health: none,
  deliveries: none,
  attempts: none,
  'send-again': none,
  'list-api-keys': none,
  'revoke-api-key': none,
  'end-credentials': none,
}

export const portalSessionId = `ps_${'example'.padEnd(24, '0')}`
export const portalSubject = 'user-7'
export const portalScopes = ['read', 'rotate'] as const
/** A code that opens nothing. */
export const portalCode = codeOf(portalSessionId, Buffer.alloc(32))

const idempotencyKey = 'orders-2026'

/** As the rotation hook would write it, with a reason where there is room for one. */
function rotateBody({ contract, tenantId, endpointId, next }: Sample, operation: Operation): Json {
  const { ownSecret, reason } = contract.rotateBody ?? {}
  const members = {
    ...(ownSecret?.required === true && { [ownSecret.field]: next.secret }),
    ...(reason !== undefined && { [reason.field]: 'yearly'.slice(0, reason.maximumCharacters) }),
  }
  const connection = { contract, baseUrl: '', endpointId, tenantId, overlapSeconds: sayableOverlap(contract) }
  const call = { operation, members, credential: new Secret('example'), idempotencyKey, now: noon }
  const { body } = vendorRequest(connection, call).request
  return body === null ? {} : (JSON.parse(body) as Json)
}

/** A step's body: of what its table has, all that is given. */
function placed({ contract }: Sample, table: PlacedTable, given: Readonly<Record<string, Json>>): Json {
  const body = Object.entries(table).reduce<JsonObject>((made, [name, field]) => {
    const value = given[name]
    return field === undefined || value === undefined ? made : withMember(made, field.place.split('.'), value)
  }, {})
  return keyed(contract, body)
}

/** With the idempotency key, where the contract has that in the body. */
function keyed(contract: Contract, body: JsonObject): Json {
  const { rule, in: place } = idempotencyKeyOf(contract)
  const made = rule === 'off' || isTextPlace(place) ? body : withMember(body, place.split('.'), idempotencyKey)
  // Made of JSON alone.
  return made as Json
}
