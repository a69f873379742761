import { randomDigits, randomUuid, storedIdPattern, uuidPattern } from '../core/id'
import { separatorIn } from '../verify/content'
import { hasParts } from './client-rules'
import type { Contract, IdFormat, TenantSource } from './contract'
import { escaped, newText } from './secret-text'

/** The endpoint's id as it is stored (UUIDs and ObjectIds in lower case), or null where `text` is no such id. */
export function parseEndpointId(format: IdFormat, text: string): string | null {
  if (!endpointIdPattern(format).test(text)) return null
  return format.kind === 'uuid' || format.kind === 'object-id' ? text.toLowerCase() : text
}

/** Fits the ids of endpoints that callers may give. */
export function endpointIdPattern(format: IdFormat): RegExp {
  switch (format.kind) {
    case 'uuid':
      return /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/
    case 'object-id':
      return /^[0-9a-fA-F]{24}$/
    case 'prefixed':
      return new RegExp(`^${escaped(format.prefix)}[0-9A-Za-z]{1,64}$`, 'u')
    case 'numeric':
      return /^[1-9][0-9]{0,18}$/
    case 'text':
      return new RegExp(`^[A-Za-z0-9_.:-]{1,${Math.min(format.maximum, 128)}}$`)
    case 'fixed':
      return new RegExp(`^${escaped(format.id)}$`, 'u')
  }
}

/** How such an id looks, for people. */
export function describeIds(format: IdFormat): string {
  switch (format.kind) {
    case 'uuid':
      return 'a UUID, like 3f0e6c1a-5b7d-4e2f-9a8b-0c1d2e3f4a5b'
    case 'object-id':
      return '24 hex characters'
    case 'prefixed':
      return `${format.prefix} and 1 to 64 characters of 0-9, A-Z, a-z`
    case 'numeric':
      return '1 to 19 digits, the first of which is not 0'
    case 'text':
      return `1 to ${Math.min(format.maximum, 128)} characters of A-Z, a-z, 0-9, _ . : -`
    case 'fixed':
      return `always ${format.id}`
  }
}

/** A new id in the format, from one call of `randomBytes` at most: the same bytes give the same id. */
export function newEndpointId(format: IdFormat, randomBytes: (count: number) => Buffer): string {
  switch (format.kind) {
    case 'uuid':
      return randomUuid(randomBytes(16))
    case 'object-id':
      return randomBytes(12).toString('hex')
    case 'prefixed':
      return format.prefix + randomDigits('0123456789abcdefghijklmnopqrstuvwxyz', format.characters, randomBytes)
    case 'numeric':
      return randomNumber(format.digits, randomBytes)
    case 'text':
      return newText(format.make, randomBytes)
    case 'fixed':
      return format.id
  }
}

/** How many digits the ids have that Keyturn makes, where a JSON number holds any of them; else null. */
export function numberDigits(format: IdFormat): number | null {
  return format.kind === 'numeric' && format.digits <= 15 ? format.digits : null
}

/** `digits` decimal digits, the first of which is not zero. */
function randomNumber(digits: number, randomBytes: (count: number) => Buffer): string {
  const smallest = 10n ** BigInt(digits - 1)
  const random = BigInt(`0x${randomBytes(16).toString('hex')}`)
  return String(smallest + (random % (9n * smallest)))
}

/**
 * The tenant's id as it is stored (UUIDs in lower case), or null where the contract has no such tenants. One of several
 * names is for the rotation hook alone, and is never stored.
 */
export function parseTenantId(source: TenantSource, text: string): string | null {
  if (source.from === 'path' && source.parts !== undefined) return hasParts(text, source.parts) ? text : null
  if (!storedIdPattern.test(text)) return null
  if (source.from === 'header' && source.format === 'uuid') return uuidPattern.test(text) ? text.toLowerCase() : null
  return source.ownerKinds === undefined || isOwner(source.ownerKinds, text) ? text : null
}

/**
 * Whether deliveries for the tenant can be signed. Where a scheme signs the tenant with a full stop behind it, one in its
 * id would make one delivery of `org` with the body `1.5` out of one of `org.1` with the body `5`.
 */
export function canSignFor({ signing }: Pick<Contract, 'signing'>, tenantId: string): boolean {
  return separatorIn(signing, 'tenant', tenantId) === undefined
}

function isOwner(kinds: readonly string[], text: string): boolean {
  return kinds.some(kind => text.startsWith(`${kind}:`) && text.length > kind.length + 1)
}
