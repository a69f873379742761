import { storedIdPattern } from '../core/id'
import { checkClient } from './check-client'
import {
  choosesSecret,
  type Contract,
  neededPermissions,
  type Operation,
  type Overlap,
  type TextFormat,
} from './contract'
import { canSignFor, newEndpointId, parseEndpointId } from './ids'
import { parseTemplate, type Segment } from './routes'
import { bitsOf, newText } from './secret-text'
import { shapeFields } from './shape'

/**
 * Refuses a contract that contradicts itself where types cannot say so.
 * @throws {RangeError} naming the contract and the member
 */
export function checkContract(contract: Contract): void {
  const faults: readonly Fault[] = [
    !/^[a-z][a-z0-9-]{0,31}$/.test(contract.name) && 'name must be lower-case, at most 32 characters',
    contract.operations.length === 0 && 'operations must not be empty',
    ...checkCredentials(contract),
    ...checkSecret(contract),
    ...checkIds(contract),
    ...checkRotationRules(contract),
    ...checkClient(contract),
    ...contract.operations.flatMap(operation => checkOperation(contract, operation)),
  ]
  const fault = faults.find(found => found !== false)
  if (fault !== undefined) throw new RangeError(`contract ${contract.name}: ${fault}`)
}

/** A member of a contract and what is wrong with it, or false. */
type Fault = string | false

const leastKeyBits = 256
const leastSecretBits = 120
/** How much of a secret a mask may show beyond its prefix, which is no secret. */
const mostShown = 8

function checkCredentials({ credentials }: Contract): readonly Fault[] {
  const { apiKey, sessions, in: place } = credentials
  return [
    apiKey === undefined && !sessions && 'credentials must accept API keys or sessions',
    place.kind === 'header' && !isToken(place.name) && 'credentials.in.name must be the name of a header',
    apiKey !== undefined && bitsOf(apiKey) < leastKeyBits && `credentials.apiKey must have ${leastKeyBits} bits`,
    apiKey !== undefined && !fitsEncoding(apiKey) && 'credentials.apiKey.bytes does not fit the encoding',
    apiKey !== undefined && !/^[\w.~+/-]*$/.test(apiKey.prefix) && 'credentials.apiKey.prefix must fit a token',
    apiKey?.prefix === '' && sessions && 'credentials.apiKey.prefix must tell keys from sessions',
  ]
}

/** RFC 9110, section 5.6.2: what the name of a header is. */
function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
}

function fitsEncoding({ encoding, bytes }: TextFormat): boolean {
  return Number.isInteger(bytes) && (encoding !== 'uuid' || bytes === 16)
}

function checkSecret({ secret }: Contract): readonly Fault[] {
  const { mask } = secret
  return [
    !fitsEncoding(secret) && 'secret.bytes does not fit the encoding',
    bitsOf(secret) < leastSecretBits && `secret must have ${leastSecretBits} bits`,
    mask !== undefined && mask.first + mask.last > secret.prefix.length + mostShown && 'secret.mask shows too much',
    mask !== undefined && (mask.first < 0 || mask.last < 0) && 'secret.mask must not count below 0',
  ]
}

/** An id that Keyturn makes must be one that it accepts, and one that the table and the mirror's name can hold. */
function checkIds({ ids, tenant, signing }: Contract): readonly Fault[] {
  const id = newEndpointId(ids, count => Buffer.alloc(count, 1))
  const { ownerKinds = [] } = tenant
  return [
    (parseEndpointId(ids, id) === null || !storedIdPattern.test(id)) && 'ids are not accepted when made',
    ids.kind === 'prefixed' && !/^[A-Za-z0-9_.:-]{1,32}$/.test(ids.prefix) && 'ids.prefix must be 1 to 32 characters',
    !ownerKinds.every(kind => /^[A-Za-z0-9_.-]{1,32}$/.test(kind)) && 'tenant.ownerKinds must be plain words',
    !ownerKinds.every(kind => canSignFor({ signing }, kind)) &&
      'tenant.ownerKinds must not hold a full stop, since signing covers the tenant',
    tenant.from === 'header' && !isToken(tenant.header) && 'tenant.header must be the name of a header',
    tenant.from === 'path' && tenant.parameter === 'id' && 'tenant.parameter must not be id',
  ]
}

function checkRotationRules(contract: Contract): readonly Fault[] {
  const { secondRotation, cooldownSeconds, idempotencyKey, vendorReplays, apiVersions } = contract
  return [
    ...checkOverlap(contract.overlap),
    ...checkRotateBody(contract),
    secondRotation.kind === 'keep' &&
      !(Number.isInteger(secondRotation.maximumLiveKeys) && secondRotation.maximumLiveKeys >= 2) &&
      'secondRotation.maximumLiveKeys must be 2 at least',
    !isSeconds(cooldownSeconds) && 'cooldownSeconds must be a whole number, 0 for none',
    vendorReplays && idempotencyKey === 'off' && 'vendorReplays needs an idempotencyKey',
    apiVersions?.known.length === 0 && 'apiVersions.known must not be empty',
  ]
}

function checkOverlap(overlap: Overlap): readonly Fault[] {
  if (overlap.kind === 'none') return []
  if (overlap.kind === 'fixed')
    return [(!isSeconds(overlap.seconds) || overlap.seconds === 0) && 'overlap.seconds must be 1 at least']
  const { unit, words, defaultSeconds, maximumSeconds, field } = overlap
  const lengths = Object.values(words ?? {})
  return [
    field === '' && 'overlap.field must not be empty',
    ![defaultSeconds, maximumSeconds].every(isSeconds) && 'overlap must count whole seconds',
    defaultSeconds > maximumSeconds && 'overlap.defaultSeconds must not exceed overlap.maximumSeconds',
    unit === 'boolean' && defaultSeconds === 0 && 'overlap.defaultSeconds must be 1 at least: it is what true means',
    (unit === 'words') !== (words !== undefined) && 'overlap.words belongs to the unit words, and to no other',
    unit === 'words' && lengths.length === 0 && 'overlap.words must not be empty',
    !lengths.every(seconds => isSeconds(seconds) && seconds <= maximumSeconds) &&
      'overlap.words must be whole seconds up to overlap.maximumSeconds',
  ]
}

function isSeconds(value: number): boolean {
  return Number.isInteger(value) && value >= 0
}

function checkRotateBody({ rotateBody, overlap, secret, secondRotation }: Contract): readonly Fault[] {
  const { ownSecret, reason, force } = rotateBody ?? {}
  const chosen = overlap.kind === 'chosen' ? [overlap.field] : []
  const fields = [...chosen, ...[ownSecret, reason, force].flatMap(rule => rule?.field ?? [])]
  const made = ownSecret?.free ? textBytes(secret) : secret.bytes
  const fits = (least: number, most: number): boolean => least >= 1 && least <= made && made <= most
  return [
    new Set(fields).size < fields.length && 'rotateBody must not use a field twice',
    ownSecret !== undefined &&
      !fits(ownSecret.minimumBytes, ownSecret.maximumBytes) &&
      `rotateBody.ownSecret must accept the length of ${ownSecret.free ? 'a secret in the contract’s format' : 'secret.bytes'}`,
    force !== undefined && secondRotation.kind !== 'reject' && 'rotateBody.force needs secondRotation reject',
  ]
}

/** How long a text in the format is. */
function textBytes(format: TextFormat): number {
  return newText(format, count => Buffer.alloc(count)).length
}

/** Each fault names the operation by method and path. */
function checkOperation(contract: Contract, operation: Operation): readonly Fault[] {
  const name = `operation ${operation.method} ${operation.path}`
  const faults = [
    ...checkPath(contract, operation),
    ...checkAccess(contract, operation),
    ...checkReply(contract, operation),
    operation.since !== undefined &&
      contract.apiVersions?.known.includes(operation.since) !== true &&
      'since must be one of apiVersions.known',
  ]
  return faults.map(fault => fault !== false && `${name}: ${fault}`)
}

/** Uses that are not about one endpoint. */
const withoutEndpoint = ['create', 'list', 'health', 'publish']

function checkPath({ ids, tenant }: Contract, { path, use }: Operation): readonly Fault[] {
  const segments = parseTemplate(path)
  const names = segments.flatMap(segment => (segment.kind === 'parameter' ? [segment.name] : []))
  // The id of `send-again` is a delivery's.
  const needsId = use === 'send-again' || (ids.kind !== 'fixed' && !withoutEndpoint.includes(use))
  const tenantName = tenant.from === 'path' ? [tenant.parameter] : []
  const wanted = use === 'health' ? [] : [...(needsId ? ['id'] : []), ...tenantName]
  return [
    !path.startsWith('/') && 'path must start with a slash',
    !segments.every((segment, index) => isWellFormed(segment, index === segments.length - 1)) &&
      'path must have plain segments, parameters like {id}, and a verb after the last {id} alone',
    [...names].sort().join() !== wanted.sort().join() &&
      `path must have these parameters: ${wanted.join(', ') || 'none'}`,
  ]
}

function isWellFormed(segment: Segment, isLast: boolean): boolean {
  if (segment.kind === 'literal') return /^[a-zA-Z0-9._-]+$/.test(segment.text)
  return segment.verb === null || (isLast && segment.name === 'id')
}

function checkAccess({ credentials }: Contract, { access, use }: Operation): readonly Fault[] {
  if (access === 'anyone') return [use !== 'health' && 'access must not be anyone']
  const { session, apiKey } = access
  const { memberPermissions = {}, minimumPlan } = apiKey ?? {}
  const isKnown = (permission: string): boolean => credentials.permissions.includes(permission)
  return [
    use === 'health' && 'access must be anyone',
    session === undefined && apiKey === undefined && 'access must allow sessions or API keys',
    session !== undefined && !credentials.sessions && 'access.session needs credentials.sessions',
    session?.roles.length === 0 && 'access.session.roles must not be empty',
    apiKey !== undefined && credentials.apiKey === undefined && 'access.apiKey needs credentials.apiKey',
    apiKey !== undefined && !neededPermissions(apiKey).every(isKnown) && 'access.apiKey.permission is unknown',
    !Object.values(memberPermissions).every(isKnown) && 'access.apiKey.memberPermissions has an unknown permission',
    minimumPlan !== undefined && !credentials.plans.includes(minimumPlan) && 'access.apiKey.minimumPlan is unknown',
  ]
}

function checkReply(contract: Contract, { reply, use }: Operation): readonly Fault[] {
  const reveals = reply.body !== null && shapeFields(reply.body).includes('signingSecret')
  const revealsElsewhere = contract.operations.some(operation => operation.use === 'reveal')
  const isBrought = use === 'rotate' && choosesSecret(contract)
  return [
    (reply.status === 204) !== (reply.body === null) && 'reply must have a body, unless its status is 204',
    use === 'reveal' && !reveals && 'reply.body must show signingSecret',
    (use === 'rotate' || use === 'create') &&
      !reveals &&
      !revealsElsewhere &&
      !isBrought &&
      'reply.body never shows signingSecret',
  ]
}
