import type { Contract, TextFormat } from '../contracts/contract'
import { newEndpointId, parseEndpointId } from '../contracts/endpoint-id'
import { checkOperation } from './check-operation'
import { checkRotationRules } from './check-rotation-rules'
import type { Fault } from './contract-fault'
import { bitsOf } from "../contracts/secret-text";

const leastKeyBits = 256
const leastSecretBits = 120
/** How much of a secret a mask may show beyond its prefix, which is no secret. */
const mostShown = 8

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
    ...contract.operations.flatMap(operation => checkOperation(contract, operation)),
  ]
  const fault = faults.find(found => found !== false)
  if (fault !== undefined) throw new RangeError(`contract ${contract.name}: ${fault}`)
}

function checkCredentials({ credentials }: Contract): readonly Fault[] {
  const { apiKey, sessions, in: place } = credentials
  return [
    apiKey === undefined && !sessions && 'credentials must accept API keys or sessions',
    place.kind === 'header' && !isToken(place.name) && 'credentials.in.name must be the name of a header',
    apiKey !== undefined && bitsOf(apiKey) < leastKeyBits && `credentials.apiKey must have ${leastKeyBits} bits`,
    apiKey !== undefined && !isBytes(apiKey) && 'credentials.apiKey.bytes does not fit the encoding',
    apiKey !== undefined && !/^[\w.~+/-]*$/.test(apiKey.prefix) && 'credentials.apiKey.prefix must fit a token',
    apiKey?.prefix === '' && sessions && 'credentials.apiKey.prefix must tell keys from sessions',
  ]
}

function checkSecret({ secret }: Contract): readonly Fault[] {
  const { mask } = secret
  return [
    !isBytes(secret) && 'secret.bytes does not fit the encoding',
    bitsOf(secret) < leastSecretBits && `secret must have ${leastSecretBits} bits`,
    mask !== undefined && mask.first + mask.last > secret.prefix.length + mostShown && 'secret.mask shows too much',
    mask !== undefined && (mask.first < 0 || mask.last < 0) && 'secret.mask must not count below 0',
  ]
}

function isBytes({ encoding, bytes }: TextFormat): boolean {
  return Number.isInteger(bytes) && (encoding !== 'uuid' || bytes === 16)
}

/** An id that Keyturn makes must be one that it accepts, and one that the table and the mirror's name can hold. */
function checkIds({ ids, tenant }: Contract): readonly Fault[] {
  const id = newEndpointId(ids, count => Buffer.alloc(count, 1))
  const { ownerKinds = [] } = tenant
  return [
    (parseEndpointId(ids, id) === null || !/^[A-Za-z0-9_.:-]{1,128}$/.test(id)) && 'ids are not accepted when made',
    ids.kind === 'prefixed' && !/^[A-Za-z0-9_.:-]{1,32}$/.test(ids.prefix) && 'ids.prefix must be 1 to 32 characters',
    !ownerKinds.every(kind => /^[A-Za-z0-9_.-]{1,32}$/.test(kind)) && 'tenant.ownerKinds must be plain words',
    tenant.from === 'header' && !isToken(tenant.header) && 'tenant.header must be the name of a header',
    tenant.from === 'path' && tenant.parameter === 'id' && 'tenant.parameter must not be id',
  ]
}

function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
}
