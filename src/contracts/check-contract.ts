import { storedIdPattern } from '../core/id'
import { claimRules } from './check-claims'
import { checkClient, checkSentBack } from './check-client'
import { operationRules, operationRulesOfServed } from './check-operations'
import { requestRules } from './check-requests'
import { checkErrors, checkErrorStatuses, checkHeaders } from './check-shapes'
import { signingRules } from './check-signing'
import type { Contract, Operation } from './contract'
import { areAlike, placesOf } from './credential-places'
import { idempotencyKeyOf } from './defaults'
import { type Fault, faultsIn, fitsEncoding, isSeconds, isToken } from './fault'
import { canSignFor, newEndpointId, parseEndpointId } from './ids'
import { isAlwaysEndless } from './overlap'
import { rule, type Rule } from './rule'
import { bitsOf } from './secret-text'
import { structureOf } from './structure'

/** `served`: Keyturn answers like the vendor. `called`: only the rotation hook uses the contract, to call the vendor. */
export type ContractRole = 'served' | 'called'

/**
 * Refuses a contract that contradicts itself, or could not work, where types cannot say so.
 * @throws {RangeError} with a line for each fault, which names the contract and the member
 */
export function checkContract(contract: Contract, role: ContractRole = 'served'): void {
  const faults = contractFaults(contract, role)
  if (faults.length === 0) return
  throw new RangeError(faults.map(fault => `contract ${contract.name}: ${fault}`).join('\n'))
}

/**
 * All that is wrong with a contract, each fault beginning with the member. What members mean together is asked of those
 * that are what they are called.
 */
export function contractFaults(contract: Contract, role: ContractRole = 'served'): readonly string[] {
  const { faults, unreadable } = structureOf(contract)
  const ofContract = role === 'served' ? [...rules, ...rulesOfServed] : rules
  const ofOperations = role === 'served' ? [...operationRules, ...operationRulesOfServed] : operationRules
  const isReadable = ({ reads }: Pick<Rule, 'reads'>): boolean =>
    !unreadable.some(([name = '']) => reads.includes(name))
  return faultsIn([
    ...faults,
    ...ofContract.filter(isReadable).flatMap(({ faultsOf }) => faultsOf(contract)),
    ...operationsOf(contract, unreadable).flatMap(({ name, operation, members }) =>
      ofOperations
        .filter(each => isReadable(each) && !members.some(member => each.ofOperation.includes(member)))
        .flatMap(({ faultsOf }) => faultsOf(contract, operation))
        .map(fault => fault && `${name}: ${fault}`),
    ),
  ])
}

interface CheckedOperation {
  readonly name: string
  readonly operation: Operation
  /** Those that cannot be read. */
  readonly members: readonly string[]
}

/** The operations of which something can be read. */
function operationsOf(
  { operations }: Contract,
  unreadable: readonly (readonly string[])[],
): readonly CheckedOperation[] {
  const inOperations = unreadable.filter(([name]) => name === 'operations')
  if (inOperations.some(path => path.length === 1)) return []
  return [...operations].flatMap((operation, index) => {
    const within = inOperations.filter(([, at]) => at === String(index))
    const members = within.flatMap(([, , member]) => member ?? [])
    if (members.length < within.length) return []
    const isNamed = !members.includes('method') && !members.includes('path')
    const name = isNamed ? `operation ${operation.method} ${operation.path}` : `operations.${index}`
    return [{ name, operation, members }]
  })
}

const rules: readonly Rule[] = [
  rule(['name'], ({ name }) => [
    !/^[a-z][a-z0-9-]{0,31}$/.test(name) && 'name must be lower-case, at most 32 characters',
  ]),
  rule(['operations'], ({ operations }) => [operations.length === 0 && 'operations must not be empty']),
  rule(['credentials'], checkCredentials),
  ...signingRules,
  rule(['ids'], checkIds),
  rule(['tenant'], checkTenant),
  rule(['tenant', 'signing'], checkOwners),
  ...requestRules,
  ...claimRules,
  rule(['overlap', 'secondRotation'], checkSecondRotation),
  rule(['cooldownSeconds'], ({ cooldownSeconds = 0 }) => [
    !isSeconds(cooldownSeconds) && 'cooldownSeconds must be a whole number, 0 for none',
  ]),
  rule(['tile', 'ids'], ({ tile, ids }) => [
    tile !== undefined && ids.kind !== 'fixed' && 'tile needs one endpoint a tenant: ids of the kind fixed',
  ]),
  rule(['vendorReplays', 'idempotencyKey'], ({ vendorReplays, ...contract }) => [
    vendorReplays === true && idempotencyKeyOf(contract).rule === 'off' && 'vendorReplays needs an idempotencyKey',
  ]),
  rule(['apiVersions'], ({ apiVersions }) => [
    apiVersions?.known.length === 0 && 'apiVersions.known must not be empty',
  ]),
  rule(['client'], checkClient),
  rule(['client', 'operations', 'rotateBody'], checkSentBack),
  rule(['headers', 'contentType'], checkHeaders),
  rule(['errors'], checkErrors),
  rule(['errors', 'operations'], checkErrorStatuses),
]

/** What only Keyturn as the server needs. */
const rulesOfServed: readonly Rule[] = [
  rule(['overlap', 'secondRotation', 'rotateBody', 'operations'], checkEndless),
  rule(['tenant'], ({ tenant }) => [
    tenant.from === 'path' && tenant.parts !== undefined && 'tenant.parts is for the rotation hook alone',
  ]),
  rule(['credentials'], ({ credentials }) => [
    credentials.apiKey === undefined && credentials.sessions !== true && 'credentials must accept API keys or sessions',
  ]),
  rule(['errors'], ({ errors }) => [
    errors === undefined && 'errors must be given, since Keyturn answers in this contract',
  ]),
]

/** Keys before that never end would fill the ring, and every rotation after that would be 409. */
function checkEndless({
  overlap,
  secondRotation,
  rotateBody,
  operations,
}: Pick<Contract, 'overlap' | 'secondRotation' | 'rotateBody' | 'operations'>): readonly Fault[] {
  const isServed = operations.some(({ access }) => access !== undefined)
  const canEnd =
    operations.some(({ use }) => use === 'revoke-previous') ||
    secondRotation?.kind === 'replace' ||
    (secondRotation?.kind === 'reject' && rotateBody?.force !== undefined)
  return [
    isServed &&
      isAlwaysEndless(overlap) &&
      !canEnd &&
      'secondRotation must be replace, or reject with rotateBody.force, or operations must have a revoke-previous, since no key before ever ends by itself',
  ]
}

const leastKeyBits = 256

function checkCredentials({ credentials }: Pick<Contract, 'credentials'>): readonly Fault[] {
  const { apiKey, sessions, permissions = [] } = credentials
  const portalScopes: Readonly<Record<string, string>> = credentials.portalScopes ?? {}
  const places = placesOf(credentials)
  return [
    places.length === 0 && 'credentials.in must name a place',
    ...places.flatMap(place => [
      place.kind === 'header' && !isToken(place.name) && 'credentials.in.name must be the name of a header',
      place.kind === 'query' && !/^[\w.-]+$/.test(place.name) && 'credentials.in.name must be a plain name',
      place.kind === 'basic' && place.user?.includes(':') === true && 'credentials.in.user must not hold a colon',
    ]),
    places.some((place, index) => places.slice(index + 1).some(other => areAlike(place, other))) &&
      'credentials.in must not have two places that cannot be told apart',
    apiKey !== undefined && bitsOf(apiKey) < leastKeyBits && `credentials.apiKey must have ${leastKeyBits} bits`,
    apiKey !== undefined && !fitsEncoding(apiKey) && 'credentials.apiKey.bytes does not fit the encoding',
    apiKey !== undefined && !/^[\w.~+/-]*$/.test(apiKey.prefix) && 'credentials.apiKey.prefix must fit a token',
    apiKey?.prefix === '' && sessions === true && 'credentials.apiKey.prefix must tell keys from sessions',
    ...Object.entries(portalScopes).map(
      ([scope, permission]) =>
        !permissions.includes(permission) &&
        `credentials.portalScopes.${scope} is no permission of credentials.permissions`,
    ),
  ]
}

/** An id that Keyturn makes must be one that it accepts, and one that the table and the mirror's name can hold. */
function checkIds({ ids }: Pick<Contract, 'ids'>): readonly Fault[] {
  return [
    !areOwnIdsAccepted(ids) && 'ids are not accepted when made',
    ids.kind === 'prefixed' && !/^[A-Za-z0-9_.:-]{1,32}$/.test(ids.prefix) && 'ids.prefix must be 1 to 32 characters',
    ids.kind === 'text' && !(ids.maximum >= 1 && ids.maximum <= 128) && 'ids.maximum must be 1 to 128',
    ids.kind === 'text' && !fitsEncoding(ids.make) && 'ids.make.bytes does not fit the encoding',
    ids.kind === 'text' &&
      ids.make.encoding === 'base64' &&
      'ids.make.encoding must not be base64: ids have no + and /',
    ids.kind === 'text' && bitsOf(ids.make) < leastIdBits && `ids.make must have ${leastIdBits} bits`,
  ]
}

function checkTenant({ tenant }: Pick<Contract, 'tenant'>): readonly Fault[] {
  const { ownerKinds = [] } = tenant
  const parts = tenant.from === 'path' ? tenant.parts : undefined
  return [
    parts !== undefined &&
      !(
        Number.isInteger(parts.least) &&
        Number.isInteger(parts.most) &&
        parts.least >= 1 &&
        parts.most >= parts.least
      ) &&
      'tenant.parts must count from 1, and most no less than least',
    !ownerKinds.every(kind => /^[A-Za-z0-9_.-]{1,32}$/.test(kind)) && 'tenant.ownerKinds must be plain words',
    tenant.from === 'header' && !isToken(tenant.header) && 'tenant.header must be the name of a header',
  ]
}

/** Owners that a scheme could not sign. */
function checkOwners({ tenant, signing }: Pick<Contract, 'tenant' | 'signing'>): readonly Fault[] {
  const { ownerKinds = [] } = tenant
  return [
    !ownerKinds.every(kind => canSignFor({ signing }, kind)) &&
      'tenant.ownerKinds must not hold the character that ends the tenant in what is signed',
  ]
}

/** So that two ids that Keyturn makes are never the same. */
const leastIdBits = 64

function areOwnIdsAccepted(ids: Contract['ids']): boolean {
  const id = newEndpointId(ids, count => Buffer.alloc(count, 1))
  return parseEndpointId(ids, id) !== null && storedIdPattern.test(id)
}

function checkSecondRotation({
  overlap,
  secondRotation,
}: Pick<Contract, 'overlap' | 'secondRotation'>): readonly Fault[] {
  return [
    overlap.kind !== 'none' && secondRotation === undefined && 'secondRotation must be given, since keys overlap',
    secondRotation?.kind === 'keep' &&
      !(Number.isInteger(secondRotation.maximumLiveKeys) && secondRotation.maximumLiveKeys >= 2) &&
      'secondRotation.maximumLiveKeys must be 2 at least',
  ]
}
