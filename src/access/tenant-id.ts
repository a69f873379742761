import type { TenantSource } from '../contracts/contract'
import { uuidPattern } from '../contracts/random-uuid'
import { tenantIdPattern } from "../core/id";

/** The tenant's id as it is stored (UUIDs in lower case), or null where the contract has no such tenants. */
export function parseTenantId(source: TenantSource, text: string): string | null {
  if (!tenantIdPattern.test(text)) return null
  if (source.from === 'header' && source.format === 'uuid') return uuidPattern.test(text) ? text.toLowerCase() : null
  return source.ownerKinds === undefined || isOwner(source.ownerKinds, text) ? text : null
}

function isOwner(kinds: readonly string[], text: string): boolean {
  return kinds.some(kind => text.startsWith(`${kind}:`) && text.length > kind.length + 1)
}
