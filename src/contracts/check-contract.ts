import { storedIdPattern } from '../core/id'
import { checkClaims, checkSayable } from './check-claims'
import { checkClient } from './check-client'
import { checkOverlap, checkRotateBody, chosenParameters } from './check-requests'
import { checkErrors, checkHeaders, checkReply } from './check-shapes'
import { checkSecret, checkSigning } from './check-signing'
import { type Contract, neededPermissions, type Operation } from './contract'
import { areAlike, placesOf } from './credential-places'
import { type Fault, faultsIn, fitsEncoding, isSeconds, isToken } from './fault'
import { canSignFor, newEndpointId, parseEndpointId } from './ids'
import { isAlwaysEndless } from './overlap'
import { parseTemplate, type Segment } from './routes'
import { bitsOf } from './secret-text'
import { structureFaults } from './structure'

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

/** All that is wrong with a contract, each fault beginning with the member. */
export function contractFaults(contract: Contract, role: ContractRole = 'served'): readonly string[] {
  // What the members mean together can be asked once they are what they are called.
  const structure = structureFaults(contract)
  if (structure.length > 0) return faultsIn(structure)
  return faultsIn([
    !/^[a-z][a-z0-9-]{0,31}$/.test(contract.name) && 'name must be lower-case, at most 32 characters',
    contract.operations.length === 0 && 'operations must not be empty',
    ...checkCredentials(contract),
    ...checkSecret(contract),
    ...checkSigning(contract),
    ...checkIds(contract),
    ...checkRotationRules(contract),
    ...checkClient(contract),
    ...checkHeaders(contract),
    ...checkErrors(contract),
    ...[...contract.operations].flatMap(operation => checkOperation(contract, operation)),
    ...(role === 'served' ? checkServed(contract) : []),
  ])
}

/** What only Keyturn as the server needs. */
function checkServed(contract: Contract): readonly Fault[] {
  const { credentials, errors, operations, tenant } = contract
  return [
    ...checkEndless(contract),
    tenant.from === 'path' && tenant.parts !== undefined && 'tenant.parts is for the rotation hook alone',
    credentials.apiKey === undefined && credentials.sessions !== true && 'credentials must accept API keys or sessions',
    errors === undefined && 'errors must be given, since Keyturn answers in this contract',
    ...[...operations].map(
      ({ access, method, path }) => access === undefined && `operation ${method} ${path}: access must be given`,
    ),
  ]
}

/** Keys before that never end would fill the ring, and every rotation after that would be 409. */
function checkEndless({ overlap, secondRotation, rotateBody, operations }: Contract): readonly Fault[] {
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

function checkCredentials({ credentials }: Contract): readonly Fault[] {
  const { apiKey, sessions } = credentials
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
  ]
}

/** An id that Keyturn makes must be one that it accepts, and one that the table and the mirror's name can hold. */
function checkIds({ ids, tenant, signing }: Contract): readonly Fault[] {
  const { ownerKinds = [] } = tenant
  return [
    !areOwnIdsAccepted(ids) && 'ids are not accepted when made',
    ids.kind === 'prefixed' && !/^[A-Za-z0-9_.:-]{1,32}$/.test(ids.prefix) && 'ids.prefix must be 1 to 32 characters',
    ids.kind === 'text' && !(ids.maximum >= 1 && ids.maximum <= 128) && 'ids.maximum must be 1 to 128',
    ids.kind === 'text' && !fitsEncoding(ids.make) && 'ids.make.bytes does not fit the encoding',
    ids.kind === 'text' &&
      ids.make.encoding === 'base64' &&
      'ids.make.encoding must not be base64: ids have no + and /',
    ids.kind === 'text' && bitsOf(ids.make) < leastIdBits && `ids.make must have ${leastIdBits} bits`,
    !ownerKinds.every(kind => /^[A-Za-z0-9_.-]{1,32}$/.test(kind)) && 'tenant.ownerKinds must be plain words',
    !ownerKinds.every(kind => canSignFor({ signing }, kind)) &&
      'tenant.ownerKinds must not hold the character that ends the tenant in what is signed',
    tenant.from === 'header' && !isToken(tenant.header) && 'tenant.header must be the name of a header',
  ]
}

/** So that two ids that Keyturn makes are never the same. */
const leastIdBits = 64

function areOwnIdsAccepted(ids: Contract['ids']): boolean {
  const id = newEndpointId(ids, count => Buffer.alloc(count, 1))
  return parseEndpointId(ids, id) !== null && storedIdPattern.test(id)
}

function checkRotationRules(contract: Contract): readonly Fault[] {
  const { secondRotation, cooldownSeconds = 0, idempotencyKey, vendorReplays, apiVersions, overlap } = contract
  return [
    ...checkOverlap(contract),
    ...checkRotateBody(contract),
    ...checkClaims(contract),
    ...checkSayable(contract),
    overlap.kind !== 'none' && secondRotation === undefined && 'secondRotation must be given, since keys overlap',
    secondRotation?.kind === 'keep' &&
      !(Number.isInteger(secondRotation.maximumLiveKeys) && secondRotation.maximumLiveKeys >= 2) &&
      'secondRotation.maximumLiveKeys must be 2 at least',
    !isSeconds(cooldownSeconds) && 'cooldownSeconds must be a whole number, 0 for none',
    vendorReplays === true && idempotencyKey === 'off' && 'vendorReplays needs an idempotencyKey',
    apiVersions?.known.length === 0 && 'apiVersions.known must not be empty',
  ]
}

/** Each fault names the operation by method and path. */
function checkOperation(contract: Contract, operation: Operation): readonly Fault[] {
  const name = `operation ${operation.method} ${operation.path}`
  const faults = faultsIn([
    ...checkPath(contract, operation),
    ...checkAccess(contract, operation),
    ...checkReply(contract, operation),
    operation.since !== undefined &&
      contract.apiVersions?.known.includes(operation.since) !== true &&
      'since must be one of apiVersions.known',
  ])
  return faults.map(fault => `${name}: ${fault}`)
}

/** Uses that are not about one endpoint. */
const withoutEndpoint = ['create', 'list', 'health', 'publish']

function checkPath(contract: Contract, { path, use }: Operation): readonly Fault[] {
  const { ids, tenant } = contract
  const segments = parseTemplate(path)
  const names = segments.flatMap(segment => (segment.kind === 'parameter' ? [segment.name] : []))
  // The id of `send-again` is a delivery's.
  const needsId = use === 'send-again' || (ids.kind !== 'fixed' && !withoutEndpoint.includes(use))
  const tenantName = tenant.from === 'path' ? [tenant.parameter] : []
  const chosen = use === 'rotate' ? chosenParameters(contract) : []
  const wanted = use === 'health' ? [] : [...(needsId ? ['id'] : []), ...tenantName, ...chosen]
  const odd = segments.find((segment, index) => !isWellFormed(segment, index === segments.length - 1))
  if (odd !== undefined) {
    const text = JSON.stringify(segmentText(odd))
    return [`path must have plain segments, parameters like {id}, and a verb after the last {id} alone, not ${text}`]
  }
  return [
    !path.startsWith('/') && 'path must start with a slash',
    ...wanted.map(name => !names.includes(name) && `path must have {${name}}`),
    ...names.map(
      (name, index) =>
        (!wanted.includes(name) && `path must not have {${name}}${whyNot(name, contract, use)}`) ||
        (names.indexOf(name) !== index && `path must have {${name}} once`),
    ),
  ]
}

function whyNot(name: string, { ids }: Contract, use: string): string {
  if (name !== 'id') return ', which nothing in the contract names'
  return ids.kind === 'fixed' ? ', since ids are fixed' : `, since ${use} is not about one endpoint`
}

function segmentText(segment: Segment): string {
  if (segment.kind === 'literal') return segment.text
  return `{${segment.name}}${segment.verb === null ? '' : `:${segment.verb}`}`
}

function isWellFormed(segment: Segment, isLast: boolean): boolean {
  if (segment.kind === 'literal') return /^[a-zA-Z0-9._-]+$/.test(segment.text) || (isLast && segment.text === '')
  return segment.verb === null || (isLast && segment.name === 'id')
}

function checkAccess({ credentials }: Contract, { access, use }: Operation): readonly Fault[] {
  if (access === undefined) return []
  if (access === 'anyone') return [use !== 'health' && 'access must not be anyone']
  const { permissions = [], plans = [], sessions } = credentials
  const { session, apiKey } = access
  const { memberPermissions = {}, minimumPlan } = apiKey ?? {}
  const isKnown = (permission: string): boolean => permissions.includes(permission)
  return [
    use === 'health' && 'access must be anyone',
    session === undefined && apiKey === undefined && 'access must allow sessions or API keys',
    session !== undefined && sessions !== true && 'access.session needs credentials.sessions',
    session?.roles.length === 0 && 'access.session.roles must not be empty',
    apiKey !== undefined && credentials.apiKey === undefined && 'access.apiKey needs credentials.apiKey',
    apiKey !== undefined && !neededPermissions(apiKey).every(isKnown) && 'access.apiKey.permission is unknown',
    !Object.values(memberPermissions).every(isKnown) && 'access.apiKey.memberPermissions has an unknown permission',
    minimumPlan !== undefined && !plans.includes(minimumPlan) && 'access.apiKey.minimumPlan is unknown',
  ]
}
