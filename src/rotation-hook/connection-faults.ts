import { choosesSecret, type Contract, type IdFormat, type Overlap, type TenantSource } from '../contracts/contract'
import type { TenantParts } from '../contracts/client-rules'
import { parseEndpointId, parseTenantId } from '../contracts/ids'
import { isSayable } from '../contracts/overlap'
import type { LostReplyRule } from './ports'

/** What is known of a connection to a vendor. A member that is undefined will be known later, and is not looked at. */
export interface KnownConnection {
  readonly contract: Contract
  readonly endpointId: string | undefined
  /** Empty: not told. */
  readonly tenantId: string | undefined
  /** Null: the contract's default. */
  readonly overlapSeconds: number | null | undefined
  /** Null: the contract's default. */
  readonly lostReply: LostReplyRule | null | undefined
}

export interface ConnectionFault {
  readonly member: keyof KnownConnection
  /** What is allowed. */
  readonly message: string
}

/** What the vendor's contract does not allow, so that no call could succeed or its reply would be understood wrongly. */
export function connectionFaults(known: KnownConnection): readonly ConnectionFault[] {
  const { contract, endpointId, tenantId, overlapSeconds, lostReply } = known
  const messages = {
    contract: contractFault(contract),
    endpointId: endpointId === undefined ? null : endpointFault(contract, endpointId),
    tenantId: tenantId === undefined ? null : tenantFault(contract, tenantId),
    overlapSeconds: typeof overlapSeconds === 'number' ? lengthFault(contract, overlapSeconds) : null,
    lostReply: typeof lostReply === 'string' ? lostReplyFault(contract) : null,
  }
  // Its keys are the ones above.
  const members = Object.keys(messages) as (keyof KnownConnection)[]
  return members.flatMap(member => (messages[member] === null ? [] : [{ member, message: messages[member] }]))
}

/** The hook makes a new secret current at once, which is too early where it does not sign yet. */
function contractFault({ operations, publishes }: Contract): string | null {
  if (operations.every(({ use }) => use !== 'rotate')) return 'has no operation that rotates'
  return publishes === undefined ? null : 'publishes its keys: the hook needs one whose new key signs at once'
}

/** Where receivers choose the secret it is stored before the vendor has it, so no reply could lose it. */
function lostReplyFault(contract: Contract): string | null {
  return choosesSecret(contract) ? `must be left out: ${contract.name} makes no secret that could be lost` : null
}

function partsWords({ least, most }: TenantParts): string {
  const count = least === most ? `${least}` : `${least} to ${most}`
  return `${count} ${most === 1 ? 'name' : 'names'} of A-Za-z0-9_.-${most === 1 ? '' : ', joined by slashes'}`
}

/** A contract that reaches every endpoint is given ids of other contracts as well. */
function endpointFault({ name, ids, reach }: Contract, endpointId: string): string | null {
  if (reach === 'every' && /^[A-Za-z0-9_.:-]{1,128}$/.test(endpointId)) return null
  if (parseEndpointId(ids, endpointId) !== null) return null
  return `must be ${idWords(ids)} at ${name}`
}

function idWords(ids: IdFormat): string {
  switch (ids.kind) {
    case 'uuid':
      return 'a UUID'
    case 'object-id':
      return '24 hex characters'
    case 'prefixed':
      return `${ids.prefix} and 1 to 64 letters and digits`
    case 'numeric':
      return 'a number of 1 to 19 digits'
    case 'text':
      return `1 to ${ids.maximum} characters of A-Za-z0-9_.:-`
    case 'fixed':
      return `"${ids.id}"`
  }
}

function tenantFault({ name, tenant }: Contract, tenantId: string): string | null {
  const mayBeAbsent = tenant.from === 'credential' && tenantId === ''
  if (mayBeAbsent || parseTenantId(tenant, tenantId) !== null) return null
  return `must be ${tenantWords(tenant)} at ${name}`
}

function tenantWords(tenant: TenantSource): string {
  if (tenant.from === 'header' && tenant.format === 'uuid') return 'a UUID'
  if (tenant.from === 'path' && tenant.parts !== undefined) return partsWords(tenant.parts)
  const kinds = tenant.ownerKinds?.map(kind => `${kind}:`).join(', ')
  return `${kinds === undefined ? '' : `one of ${kinds} and an id, `}1 to 128 characters of A-Za-z0-9_.:-`
}

const longestGraceSeconds = 7 * 24 * 60 * 60

function lengthFault(contract: Contract, seconds: number): string | null {
  if (!choosesSecret(contract) || contract.overlap.kind === 'chosen') return overlapFault(contract, seconds)
  const isAllowed = Number.isInteger(seconds) && seconds >= 0 && seconds <= longestGraceSeconds
  return isAllowed ? null : `must be a whole number from 0 to ${longestGraceSeconds} at ${contract.name}`
}

function overlapFault({ name, overlap }: Contract, seconds: number): string | null {
  if (overlap.kind !== 'chosen') return `must be left out: ${name} ${overlapWords(overlap)}`
  const lengths = Object.values(overlap.words ?? {})
  if (lengths.length > 0 && !lengths.includes(seconds)) return `must be one of ${lengths.join(', ')} at ${name}`
  const { minimumSeconds = 0, maximumSeconds } = overlap
  const isAllowed = Number.isInteger(seconds) && seconds >= minimumSeconds && seconds <= maximumSeconds
  if (!isAllowed) return `must be a whole number from ${minimumSeconds} to ${maximumSeconds} at ${name}`
  return isSayable(overlap, seconds) ? null : `must be a whole number of ${overlap.unit} at ${name}`
}

function overlapWords(overlap: Exclude<Overlap, { readonly kind: 'chosen' }>): string {
  if (overlap.kind === 'none') return 'ends the key before at once'
  return `keeps the key before ${overlap.seconds === 'endless' ? 'until it is revoked' : `for ${overlap.seconds} seconds`}`
}
